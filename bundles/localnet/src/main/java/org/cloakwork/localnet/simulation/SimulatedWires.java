package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.MixFrame;

/** What is between the nodes: takes as long, and loses as much, as it is told to. */
final class SimulatedWires {

    private final SimulatedTime.Host host;
    private final SimulatedRandomness randomness;
    private final double loss;
    private final Map<NodeAddress, Consumer<MixFrame>> receivers = new HashMap<>();
    private long delayNanos;
    private long jitterNanos;
    private long lost;
    private long underWay;

    /**
     * @param host       runs what arrives late
     * @param randomness decides what is lost, and how late the others are
     * @param loss       how likely a packet gets lost on its way into the mixes
     */
    SimulatedWires(SimulatedTime.Host host, SimulatedRandomness randomness, double loss) {
        this.host = host;
        this.randomness = randomness;
        this.loss = loss;
    }

    /**
     * @param address  of a node
     * @param receiver takes what is sent there
     */
    void attach(NodeAddress address, Consumer<MixFrame> receiver) {
        receivers.put(address, receiver);
    }

    /** From a gateway into the mixnet: here packets get lost. */
    void enter(NodeAddress next, MixFrame frame) {
        if (randomness.happens(loss)) {
            lost++;
        } else {
            carry(next, frame);
        }
    }

    /** From a mix to the next node. */
    void carry(NodeAddress next, MixFrame frame) {
        Consumer<MixFrame> receiver = receivers.get(next);
        long nanos = delayNanos + (jitterNanos == 0 ? 0 : randomness.nextInt((int) jitterNanos));
        if (nanos == 0) {
            receiver.accept(frame);
            return;
        }
        underWay++;
        host.schedule(nanos, () -> {
            underWay--;
            receiver.accept(frame);
        });
    }

    /** @param duration that each packet takes from node to node */
    void setDelay(Duration duration) {
        delayNanos = duration.toNanos();
    }

    /** @param duration that each packet takes from node to node at most, more or less by chance; below 2 s */
    void setJitter(Duration duration) {
        jitterNanos = duration.toNanos();
    }

    /** {@return packets and acknowledgements that got lost} */
    long lost() {
        return lost;
    }

    /** {@return packets that were sent and have not arrived} */
    long underWay() {
        return underWay;
    }
}
