package org.cloakwork.frontend.socks5;

import java.io.IOException;
import java.util.Optional;
import org.cloakwork.proxy.Connection;
import org.cloakwork.proxy.Dialect;
import org.cloakwork.proxy.Program;
import org.cloakwork.wire.socks5.ConnectFailure;

/** SOCKS 4, 4a and 5: what is wanted, an answer, then the connection. */
final class SocksDialect implements Dialect {

    @Override
    public String scheme() {
        return "socks5h";
    }

    @Override
    public void serve(Program program) throws IOException, InterruptedException {
        Handshake handshake;
        try {
            handshake = Handshake.read(program.input(), program.output());
        } catch (Handshake.MalformedException e) {
            switch (e.fault()) {
                case MALFORMED -> program.malformed();
                case UNSUPPORTED -> program.unsupported();
                case HTTP -> program.speaksOtherwise("HTTP");
            }
            return;
        }
        if (!program.asked()) {
            return;
        }
        Optional<Connection> opened = program.open(handshake.target(), handshake.user());
        if (opened.isEmpty()) {
            program.output().write(handshake.failed(ConnectFailure.GENERAL));
            return;
        }
        try (Connection connection = opened.get()) {
            Optional<ConnectFailure> failure = connection.awaitConnected();
            program.output().write(failure.map(handshake::failed).orElseGet(handshake::granted));
            if (failure.isEmpty()) {
                connection.join(program, program.input());
            }
        }
    }
}
