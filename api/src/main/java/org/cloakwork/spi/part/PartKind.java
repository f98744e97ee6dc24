package org.cloakwork.spi.part;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.store.StoreProvider;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;

/**
 * A kind of part: its name, which is the value of the service property {@code cloakwork.part} and the key of
 * {@code etc/cloakwork.cfg}, and the interface that its parts are registered under.
 *
 * @param <T> that interface
 */
public final class PartKind<T> {

    /** Which nodes there are. */
    public static final PartKind<TopologyProvider> TOPOLOGY = new PartKind<>("topology", TopologyProvider.class);
    /** Connections to gateways. */
    public static final PartKind<GatewayTransport> TRANSPORT = new PartKind<>("transport", GatewayTransport.class);
    /** How packets are sealed. */
    public static final PartKind<PacketFormat> SPHINX = new PartKind<>("sphinx", PacketFormat.class);
    /** Which mixes a packet goes through. */
    public static final PartKind<RoutePolicy> ROUTES = new PartKind<>("routes", RoutePolicy.class);
    /** When a packet is sent again. */
    public static final PartKind<RetransmissionPolicy> RETRANSMISSION =
            new PartKind<>("retransmission", RetransmissionPolicy.class);
    /** When packets leave, and what if there are none. */
    public static final PartKind<CoverTrafficStrategy> COVER = new PartKind<>("cover", CoverTrafficStrategy.class);
    /** How other programs use a client. */
    public static final PartKind<FrontEnd> FRONT_END = new PartKind<>("frontend", FrontEnd.class);
    /** Where a client's state is kept. */
    public static final PartKind<StoreProvider> STORE = new PartKind<>("store", StoreProvider.class);

    /** The kinds of which a client has one each and none can be missing, in the order people see them. */
    public static final List<PartKind<?>> OF_A_CLIENT =
            List.of(TOPOLOGY, TRANSPORT, SPHINX, ROUTES, RETRANSMISSION, COVER);

    /** All kinds, {@link #OF_A_CLIENT} first. */
    public static final List<PartKind<?>> ALL =
            Stream.concat(OF_A_CLIENT.stream(), Stream.of(FRONT_END, STORE)).toList();

    private final String name;
    private final Class<T> service;

    private PartKind(String name, Class<T> service) {
        this.name = name;
        this.service = service;
    }

    /**
     * Finds a kind by its name.
     *
     * @param name as in {@code etc/cloakwork.cfg}, or anything else
     * @return the kind of that name, if there is one
     */
    public static Optional<PartKind<?>> named(String name) {
        return ALL.stream().<PartKind<?>>map(kind -> kind).filter(kind -> kind.name.equals(name)).findFirst();
    }

    /** {@return the name} */
    public String name() {
        return name;
    }

    /** {@return the interface that parts of this kind are registered under} */
    public Class<T> service() {
        return service;
    }

    /** {@return the name} */
    @Override
    public String toString() {
        return name;
    }
}
