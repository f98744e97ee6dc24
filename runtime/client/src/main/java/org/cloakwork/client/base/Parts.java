package org.cloakwork.client.base;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;

/**
 * The exchangeable parts a client works with at this moment. Whoever assembles the client sets them, at any time and
 * from any thread; the engine looks here for each decision, so the next one goes to the new part.
 */
public final class Parts {

    private volatile TopologyProvider topology;
    private volatile GatewayTransport transport;
    private volatile PacketFormat sphinx;
    private volatile RetransmissionPolicy retransmission;
    private volatile CoverTrafficStrategy cover;
    private final Map<String, String> names = new ConcurrentHashMap<>();
    private volatile Runnable onChange = () -> { };

    /**
     * Only for people: what a kind that is missing should be.
     *
     * @param kind of a part
     * @param name of the part that is wanted
     */
    public void want(String kind, String name) {
        names.put(kind, name);
        onChange.run();
    }

    /** @param part the new topology provider, or null while there is none */
    public void setTopology(TopologyProvider part) {
        topology = part;
        onChange.run();
    }

    /** @param part the new transport, or null while there is none */
    public void setTransport(GatewayTransport part) {
        transport = part;
        onChange.run();
    }

    /** @param part the new packet format, or null while there is none */
    public void setSphinx(PacketFormat part) {
        sphinx = part;
        onChange.run();
    }

    /** @param part the new retransmission policy, or null while there is none */
    public void setRetransmission(RetransmissionPolicy part) {
        retransmission = part;
        onChange.run();
    }

    /** @param part the new cover strategy, or null while there is none */
    public void setCover(CoverTrafficStrategy part) {
        cover = part;
        onChange.run();
    }

    /** {@return the topology provider, or null while there is none} */
    public TopologyProvider topology() {
        return topology;
    }

    /** {@return the transport, or null while there is none} */
    public GatewayTransport transport() {
        return transport;
    }

    /** {@return the packet format, or null while there is none} */
    public PacketFormat sphinx() {
        return sphinx;
    }

    /** {@return the retransmission policy, or null while there is none} */
    public RetransmissionPolicy retransmission() {
        return retransmission;
    }

    /** {@return the cover strategy, or null while there is none} */
    public CoverTrafficStrategy cover() {
        return cover;
    }

    /** {@return for people, which part is missing, if one is; the first of them} */
    public Optional<String> problem() {
        return missing().map(kind -> "no " + kind + " part"
                + Optional.ofNullable(names.get(kind)).map(name -> " \"" + name + '"').orElse(""));
    }

    /** {@return the kind of the first part that is missing, if one is} */
    public Optional<String> missing() {
        if (topology == null) {
            return Optional.of("topology");
        } else if (transport == null) {
            return Optional.of("transport");
        } else if (sphinx == null) {
            return Optional.of("sphinx");
        } else if (retransmission == null) {
            return Optional.of("retransmission");
        } else if (cover == null) {
            return Optional.of("cover");
        }
        return Optional.empty();
    }

    /** @param listener the one who is told when a part comes or goes, on the thread that brings it */
    public void onChange(Runnable listener) {
        onChange = listener;
    }
}
