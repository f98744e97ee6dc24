package org.cloakwork.client.base;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;

/**
 * The exchangeable parts a client works with at this moment. Whoever assembles the client sets them, at any time and
 * from any thread; the engine looks here for each decision, so the next one goes to the new part.
 */
public final class Parts {

    private final Map<PartKind<?>, Object> parts = new ConcurrentHashMap<>();
    private final Map<PartKind<?>, String> names = new ConcurrentHashMap<>();
    private volatile Runnable onChange = () -> { };

    /**
     * Only for people: what a kind that is missing should be.
     *
     * @param kind of a part
     * @param name of the part that is wanted
     */
    public void want(PartKind<?> kind, String name) {
        names.put(kind, name);
        onChange.run();
    }

    /**
     * @param kind one of {@link PartKind#OF_A_CLIENT}
     * @param part the new one of that kind, or null while there is none
     */
    public <T> void set(PartKind<T> kind, T part) {
        if (part == null) {
            parts.remove(kind);
        } else {
            parts.put(kind, part);
        }
        onChange.run();
    }

    /** {@return the part of that kind, or null while there is none} */
    private <T> T get(PartKind<T> kind) {
        return kind.service().cast(parts.get(kind));
    }

    /** {@return the topology provider, or null while there is none} */
    public TopologyProvider topology() {
        return get(PartKind.TOPOLOGY);
    }

    /** {@return the transport, or null while there is none} */
    public GatewayTransport transport() {
        return get(PartKind.TRANSPORT);
    }

    /** {@return the packet format, or null while there is none} */
    public PacketFormat sphinx() {
        return get(PartKind.SPHINX);
    }

    /** {@return the retransmission policy, or null while there is none} */
    public RetransmissionPolicy retransmission() {
        return get(PartKind.RETRANSMISSION);
    }

    /** {@return the cover strategy, or null while there is none} */
    public CoverTrafficStrategy cover() {
        return get(PartKind.COVER);
    }

    /** {@return for people, which part is missing, if one is; the first of them} */
    public Optional<String> problem() {
        return missing().map(kind -> "no " + kind + " part"
                + Optional.ofNullable(names.get(kind)).map(name -> " \"" + name + '"').orElse(""));
    }

    /** {@return the kind of the first part that is missing, if one is} */
    public Optional<PartKind<?>> missing() {
        return PartKind.OF_A_CLIENT.stream().<PartKind<?>>map(kind -> kind).filter(kind -> !parts.containsKey(kind))
                .findFirst();
    }

    /** @param listener the one who is told when a part comes or goes, on the thread that brings it */
    public void onChange(Runnable listener) {
        onChange = listener;
    }
}
