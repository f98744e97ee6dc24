package org.cloakwork.itests.internet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.cloakwork.api.Internet;

final class SocketAdapter implements Adapter {

    @Override
    public String get(Internet internet, URI page) throws IOException {
        try (Socket socket = internet.socketFactory().createSocket()) {
            socket.connect(InetSocketAddress.createUnresolved(page.getHost(), page.getPort()), 30_000);
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(("GET " + page.getPath() + " HTTP/1.1\r\nHost: " + page.getAuthority()
                    + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }
}
