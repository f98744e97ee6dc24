package org.cloakwork.frontend.web.vectors;

import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.sphinx.fast.FastVectors;
import org.cloakwork.streams.StreamsVectors;
import org.cloakwork.wire.WireVectors;
import org.cloakwork.wire.crypto.CryptoVectors;
import org.cloakwork.wire.gateway.GatewayVectors;
import org.cloakwork.wire.socks5.Socks5Vectors;
import org.cloakwork.wire.websocket.WebSocketVectors;
import org.junit.jupiter.api.DynamicTest;
import org.teavm.jso.JSExport;

/** The tests of vectors that run on the JVM, to be run in WebAssembly. */
public final class VectorsModule {

    private VectorsModule() {
    }

    /** Nothing happens here. */
    public static void main(String[] args) {
    }

    /** {@return a line for each case that failed, and at last how many there were and passed} */
    @JSExport
    public static String run() {
        StringBuilder text = new StringBuilder();
        int count = 0;
        int passed = 0;
        List<DynamicTest> tests = Stream.of(WireVectors.all(), CryptoVectors.all(), GatewayVectors.all(),
                Socks5Vectors.all(), WebSocketVectors.all(), StreamsVectors.all(), FastVectors.all())
                .flatMap(all -> all).toList();
        for (DynamicTest test : tests) {
            count++;
            try {
                test.getExecutable().execute();
                passed++;
            } catch (Throwable e) {
                text.append(test.getDisplayName()).append(": ").append(e).append('\n');
            }
        }
        return text.append(count).append(' ').append(passed).toString();
    }
}
