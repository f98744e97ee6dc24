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

    private static final List<DynamicTest> TESTS = Stream.of(WireVectors.all(), CryptoVectors.all(),
            GatewayVectors.all(), Socks5Vectors.all(), WebSocketVectors.all(), StreamsVectors.all(), FastVectors.all(),
            PatternTest.all())
            .flatMap(all -> all).toList();

    private VectorsModule() {
    }

    /** Nothing happens here. */
    public static void main(String[] args) {
    }

    /** {@return how many there are, the last ones of each file included, which count its cases} */
    @JSExport
    public static int count() {
        return TESTS.size();
    }

    @JSExport
    public static String name(int test) {
        return TESTS.get(test).getDisplayName();
    }

    /** {@return why it failed; empty: it passed} */
    @JSExport
    public static String check(int test) {
        try {
            TESTS.get(test).getExecutable().execute();
            return "";
        } catch (Throwable e) {
            return e.toString();
        }
    }
}
