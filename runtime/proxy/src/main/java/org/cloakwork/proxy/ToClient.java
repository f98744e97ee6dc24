package org.cloakwork.proxy;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.wire.socks5.ConnectFailure;

/** A stream to a client that has the name, and no exit. */
final class ToClient extends Connection {

    private final MixnetStream stream;
    private final CompletableFuture<Optional<NotConnectedException>> connected;
    private final SocketPump.Far far;
    private volatile boolean granted;

    /** @throws NotConnectedException if it cannot even be asked for */
    ToClient(ProxyServer server, Target target, Pseudonyms.Pseudonym pseudonym) throws NotConnectedException {
        super(server, target, pseudonym);
        try {
            stream = server.client().openStream(target.host(), target.port(), StreamOptions.DEFAULT.withEarly()
                    .withDeadline(server.configuration().connectTimeout()).withIsolation(pseudonym.isolation()));
        } catch (StreamException e) {
            throw failure(e);
        } catch (IOException e) {
            throw new NotConnectedException("the file of names cannot be read", ConnectFailure.GENERAL);
        }
        far = SocketPump.Far.of(stream);
        connected = stream.opened().thenApply(failure -> failure.map(ToClient::failure));
        stream.ended().thenAccept(why -> why.ifPresent(ignored -> broke()));
        server.add(this);
    }

    private static NotConnectedException failure(StreamException e) {
        return new NotConnectedException(e.getMessage(), switch (e.reason()) {
            case REFUSED -> ConnectFailure.NOT_ALLOWED;
            case UNREACHABLE -> ConnectFailure.REFUSED;
            case NO_ROOM -> ConnectFailure.EXIT_FULL;
            case UNKNOWN_NAME -> ConnectFailure.UNKNOWN_HOST;
            case MISTYPED_NAME -> ConnectFailure.MALFORMED_TARGET;
            case TIMED_OUT, SILENT -> ConnectFailure.TIMED_OUT;
            case UNDELIVERED -> ConnectFailure.HOST_UNREACHABLE;
            default -> ConnectFailure.GENERAL;
        });
    }

    @Override
    CompletableFuture<Optional<NotConnectedException>> connected() {
        return connected;
    }

    @Override
    void grant() {
        granted = true;
    }

    @Override
    SocketPump.Far far() {
        return far;
    }

    @Override
    public boolean isEnded() {
        return stream.isInputEnded() || isBroken();
    }

    @Override
    void beforeClose() {
        // The other side knows halves.
    }

    void abort(String why) {
        stream.reset(why);
    }

    @Override
    void end() {
        if (granted && isBroken()) {
            server().count(Counter.CONNECTIONS_BROKEN);
        }
        stream.reset("the program needs it no more");
        server().remove(this);
    }
}
