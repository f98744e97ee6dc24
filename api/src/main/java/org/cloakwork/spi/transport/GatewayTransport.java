package org.cloakwork.spi.transport;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Carries frames between a client and a gateway, and knows nothing of what is in them. Registered as an OSGi service
 * with {@code cloakwork.part=transport} and {@code cloakwork.name}.
 *
 * <p>When a transport is exchanged the client {@link GatewayLink#finish finishes} its link, waits a moment for its end,
 * opens one through the new transport and authenticates again; what was not acknowledged is sent again. So a transport
 * keeps nothing but open connections.
 *
 * <p>Bounds: a call, of a link too, returns within 2 seconds and throws nothing; {@link GatewayLink#pendingBytes} is
 * not negative; the handler is given no null, and no frame of more than {@link GatewayLink#MAX_FRAME_BYTES}. A
 * transport that breaks one of them loses the link, is named in the client's state and not used for a while; the one
 * before goes on. That a gateway cannot be reached breaks none, nor does an {@link IllegalArgumentException} of {@link
 * #connect} for an endpoint that makes no sense to it.
 */
@ConsumerType
public interface GatewayTransport {

    /**
     * Opens a link. Returns at once and never throws for what the network does: a link that cannot be opened is
     * reported by {@link GatewayLink.Handler#closed}, within the transport's own time limit.
     *
     * @param endpoint whom to connect to
     * @param handler  told of everything that happens on the link
     * @return the link, on which nothing can be sent before {@link GatewayLink.Handler#opened}
     */
    GatewayLink connect(GatewayEndpoint endpoint, GatewayLink.Handler handler);
}
