package org.cloakwork.frontend.exit;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.streams.End;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.cloakwork.wire.socks5.StreamData;
import org.cloakwork.wire.socks5.Versions;

/** How a connection's client is answered: at the address it gave, else under its tag; on a lane of its own. */
final class ReturnPath {

    private final Exit exit;
    private final Versions asked;
    private final long connectionId;
    private final Optional<MixnetAddress> address;
    private final Optional<SenderTag> sender;
    // Ids of connections come from others: two of them may be the same.
    private final SendOptions options = SendOptions.DEFAULT.withLane(ThreadLocalRandom.current().nextLong());

    ReturnPath(Exit exit, ProviderRequest.Connect connect, Optional<SenderTag> sender) {
        this.exit = exit;
        this.asked = connect.versions();
        this.connectionId = connect.connectionId();
        this.address = connect.returnAddress();
        this.sender = sender;
    }

    /** {@return whom all this is for, as far as anybody can tell} */
    Object sender() {
        return address.isPresent() ? address.get() : sender.orElseThrow();
    }

    boolean hasWindows() {
        return asked.hasWindows();
    }

    private Delivery send(ProviderResponse response) {
        byte[] bytes = response.bytes();
        return address.isPresent() ? exit.client().send(address.get(), bytes, options)
                : exit.client().reply(sender.orElseThrow(), bytes, options);
    }

    Delivery piece(long sequence, End end, byte[] data) {
        return send(new ProviderResponse.NetworkData(asked.answer(),
                new StreamData(connectionId, end.code(), sequence, data)));
    }

    Delivery window(long limit) {
        return send(new ProviderResponse.Window(asked.answer(), connectionId, limit));
    }

    /** Tells why there is no connection; whoever knows Nym's programs only needs a close besides, to end its side. */
    void refuse(ConnectFailure failure) {
        exit.insist(() -> send(new ProviderResponse.ConnectionError(asked.answer(), connectionId, failure.text())));
        if (!hasWindows()) {
            exit.insist(() -> piece(0, End.CLOSED, new byte[0]));
        }
    }

    void closeLane() {
        exit.client().closeLane(options.lane().orElseThrow());
    }
}
