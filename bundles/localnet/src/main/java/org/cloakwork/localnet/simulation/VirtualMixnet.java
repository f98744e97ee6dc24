package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.spi.transport.GatewayTransport;

/**
 * A simulated network without a scenario, for tests that bring their own: the engine, gateways and mixes of the
 * simulator, with stub packets, on one virtual clock. Used on one thread. The same seed and the same calls give the
 * same run.
 */
public final class VirtualMixnet {

    private final SimulatedTime time = new SimulatedTime();
    private final SimulatedTime.Host host = time.host();
    private final SimulatedRandomness randomness;
    private final StubPacketFormat format = new StubPacketFormat();
    private final StubCryptography cryptography = new StubCryptography(format);
    private final SimulatedNetwork network;

    /**
     * @param seed     of all that happens by chance
     * @param hopDelay that a packet takes from node to node
     * @param loss     how likely a packet gets lost on its way into the mixes, 0 to 1
     */
    public VirtualMixnet(long seed, Duration hopDelay, double loss) {
        randomness = new SimulatedRandomness(seed);
        network = new SimulatedNetwork(time, randomness.split(), format, cryptography, 1, loss);
        network.wires().setDelay(hopDelay);
    }

    /**
     * Starts a client.
     *
     * @param configuration  of it
     * @param cover          of it
     * @param routes         of it
     * @param retransmission of it
     * @param line           what stands between it and its gateways
     * @return the client, which is ready after some time has been run
     */
    public Engine client(ClientConfiguration configuration, CoverTrafficStrategy cover, RoutePolicy routes,
            RetransmissionPolicy retransmission, UnaryOperator<GatewayTransport> line) {
        SimulatedTime.Host own = time.host();
        Parts parts = new Parts();
        parts.set(PartKind.TOPOLOGY, network::directory);
        parts.set(PartKind.TRANSPORT, line.apply(network.transport(own)));
        parts.set(PartKind.SPHINX, format);
        parts.set(PartKind.COVER, cover);
        parts.set(PartKind.ROUTES, routes);
        parts.set(PartKind.RETRANSMISSION, retransmission);
        Engine engine = new Engine(configuration, parts,
                new Environment(time, own, own::execute, own::execute, randomness.split()), cryptography);
        engine.start();
        return engine;
    }

    /** {@return the time that passes while it is run} */
    public Clock clock() {
        return time;
    }

    /** {@return what runs the tasks of whoever uses the clients} */
    public Scheduler scheduler() {
        return host;
    }

    /** {@return chance of its own, so that one draw more there changes nothing here} */
    public Randomness randomness() {
        return randomness.split();
    }

    /**
     * Runs what is due up to then, or until a condition comes true.
     *
     * @param limit how long at most
     * @param until asked whenever time is about to pass
     */
    public void run(Duration limit, BooleanSupplier until) {
        time.run(limit, until);
    }

    /** {@return tasks that threw an exception; they are logged, and the others go on} */
    public long failures() {
        return time.failures();
    }
}
