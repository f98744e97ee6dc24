package org.cloakwork.frontend.serve;

import java.io.IOException;
import java.util.Optional;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamRequest;
import org.cloakwork.streams.SocketPump;

/** One connection of a caller: asked for, then joined with the program. */
final class Conversation {

    private final Served served;
    private final StreamRequest request;
    private final ServeConfiguration.Service service;
    private volatile MixnetStream stream;
    private volatile SocketPump.Near near;
    private volatile boolean aborted;
    private volatile boolean used;
    private volatile long movedNanos = System.nanoTime();

    Conversation(Served served, StreamRequest request, ServeConfiguration.Service service) {
        this.served = served;
        this.request = request;
        this.service = service;
    }

    int port() {
        return request.port();
    }

    SenderTag caller() {
        return request.caller();
    }

    Optional<EncryptionKey> key() {
        return request.key();
    }

    ServeConfiguration.Service service() {
        return service;
    }

    boolean isJoined() {
        return stream != null;
    }

    /** {@return whether the caller has sent anything over it} */
    boolean isUsed() {
        return used;
    }

    long idleNanos() {
        return System.nanoTime() - movedNanos;
    }

    void run() {
        try {
            try {
                near = service.local().connect(served.configuration().connectTimeout());
                if (service.proxyProtocol()) {
                    near.output().write(served.pseudonyms().header(request.caller(), request.port()));
                }
            } catch (IOException e) {
                served.counting().count(Counter.FAILED);
                request.refuse(StreamException.Reason.UNREACHABLE);
                return;
            }
            join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            SocketPump.Near connected = near;
            if (connected != null) {
                connected.reset();
            }
            served.remove(this);
        }
    }

    private void join() throws InterruptedException {
        MixnetStream accepted = request.accept();
        stream = accepted;
        served.counting().count(Counter.OPENED);
        accepted.ended().thenAccept(why -> why.ifPresent(ignored -> near.reset()));
        if (aborted) {
            accepted.reset("it was given up");
        }
        new SocketPump(near, null, SocketPump.Far.of(accepted), new SocketPump.Ends() {

            @Override
            public void toStream(int bytes) {
                movedNanos = System.nanoTime();
                served.counting().add(Counter.BYTES_OUT, bytes);
            }

            @Override
            public void toSocket(int bytes) {
                used = true;
                movedNanos = System.nanoTime();
                served.counting().add(Counter.BYTES_IN, bytes);
            }
        }).run("serve-connection");
        if (accepted.ended().getNow(Optional.empty()).isPresent()) {
            served.counting().count(Counter.BROKEN);
        }
    }

    void abort(String why) {
        aborted = true;
        MixnetStream open = stream;
        if (open != null) {
            open.reset(why);
        }
    }
}
