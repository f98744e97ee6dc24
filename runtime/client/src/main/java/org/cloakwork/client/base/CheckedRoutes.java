package org.cloakwork.client.base;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Node;

/** Mixes of the topology, one of each layer; one call at a time. */
final class CheckedRoutes extends Checked<RoutePolicy> implements RoutePolicy {

    private final Method choose = new Method("choose", Parts.BUDGET);
    private final Method arrived = new Method("arrived", Parts.BUDGET);
    private final Method lost = new Method("lost", Parts.BUDGET);
    /** Taken within the watched call, so that whoever waits for one that hangs is given up like it. */
    private final ReentrantLock lock = new ReentrantLock();

    CheckedRoutes(Parts parts, RoutePolicy part, String name) {
        super(parts, PartKind.ROUTES, part, name);
    }

    @Override
    public Mixes choose(Packet packet, Randomness randomness) {
        return choose.call(() -> locked(() -> {
            Mixes mixes = present(part().choose(packet, randomness));
            Node first = listed(packet, 1, mixes.first());
            Node second = listed(packet, 2, mixes.second());
            Node third = listed(packet, Mixes.LAYERS, mixes.third());
            return first == mixes.first() && second == mixes.second() && third == mixes.third() ? mixes
                    : new Mixes(first, second, third);
        }));
    }

    /** With the key and the address that it has in this topology. */
    private static Node listed(Packet packet, int layer, Node mix) {
        return packet.topology().mix(layer, mix.identity()).orElseThrow(() -> new Refused("returned " + mix.identity()
                + " for layer " + layer + "; allowed is a mix of that layer of the topology"));
    }

    @Override
    public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
        arrived.run(() -> locked(() -> {
            part().arrived(packet, mixes, excess);
            return null;
        }));
    }

    @Override
    public void lost(Packet packet, Mixes mixes) {
        lost.run(() -> locked(() -> {
            part().lost(packet, mixes);
            return null;
        }));
    }

    private <R> R locked(Supplier<R> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }
}
