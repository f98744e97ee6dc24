package org.cloakwork.frontend.socks5;

import java.io.IOException;
import org.cloakwork.proxy.Connection;
import org.cloakwork.proxy.Dialect;
import org.cloakwork.proxy.NotConnectedException;
import org.cloakwork.proxy.Program;

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
        try (Connection connection = program.connect(handshake.target(), handshake.user())) {
            program.output().write(handshake.granted());
            connection.join(program, program.input());
        } catch (NotConnectedException e) {
            program.output().write(handshake.failed(e.failure()));
        }
    }
}
