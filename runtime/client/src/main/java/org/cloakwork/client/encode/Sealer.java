package org.cloakwork.client.encode;

import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.Cryptography;
import org.cloakwork.client.PacketSizes;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.ReplySurb;

/**
 * Makes packets, each with a route and an acknowledgement of its own. Runs on worker threads: keeps no state.
 *
 * @param packets    puts them together
 * @param routes     drawn from
 * @param own        our address, where acknowledgements lead
 * @param sizes      of cover packets
 * @param randomness for the sizes of cover packets
 */
public record Sealer(Cryptography.Packets packets, Routes routes, MixnetAddress own, PacketSizes sizes,
                     Randomness randomness) {

    /**
     * @param fragment  what to send
     * @param recipient to whom
     * @return the packet; empty if the recipient's or our own gateway is not in the topology
     */
    public Optional<PreparedPacket> forward(Fragment fragment, MixnetAddress recipient) {
        Optional<Route> route = routes.to(recipient.identity(), recipient.gateway());
        Optional<Route> ack = toUs();
        if (route.isEmpty() || ack.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(packets.forward(fragment, recipient.encryption(), route.get(), ack.get(),
                routes.topology().keyRotation()));
    }

    /**
     * @param fragment what to send
     * @param surb     used up by this
     * @return the packet; empty if our own gateway is not in the topology
     */
    public Optional<PreparedPacket> reply(Fragment fragment, ReplySurb surb) {
        return toUs().map(ack -> packets.reply(fragment, surb, ack, routes.meanDelay()));
    }

    /** {@return a packet to ourselves that says nothing; empty if our own gateway is not in the topology} */
    public Optional<PreparedPacket> cover() {
        return toUs().map(route -> packets.cover(sizes.forCover(randomness), own.encryption(), route,
                toUs().orElseThrow(), routes.topology().keyRotation()));
    }

    private Optional<Route> toUs() {
        return routes.to(own.identity(), own.gateway());
    }
}
