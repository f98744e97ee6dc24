package org.cloakwork.wire.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostNameTest {

    static final List<String> BAD = List.of("", " ", "gw.example.com ", " gw.example.com", "my gateway", "[gw]", "a|b", "a\nb",
            "gw\n", "https://gw", "gw:9001", "gw/", "gw?x", "gw#x", "user@gw", "gw..example", ".gw", "gw.", "-gw", "gw-",
            "g_w", "gw%20", "127.1", "2130706433", "0x7f.0.0.1", "256.1.1.1", "1.2.3.4.5", "::1%lo", "[::1", "::1]", "[]",
            "[1.2.3.4]", "b\u00fccher.example", "\u202egw", "a".repeat(64), ("a".repeat(60) + ".").repeat(5) + "com");

    @Test
    void whatCannotStandInAUriIsRefusedAndNothingIsLookedUp() {
        for (String name : BAD) {
            assertThrows(IllegalArgumentException.class, () -> HostName.parse(name), name);
        }
    }

    @Test
    void whatIsTakenIsTheHostOfItsUri() {
        for (String name : List.of("gw.example.com", "GW.Example", "gw", "localhost", "a-b.c1", "1and1.com", "xn--bcher-kva.example",
                "9.9.9.9", "2001:db8::1", "::ffff:1.2.3.4", "a".repeat(63))) {
            String host = HostName.parse(name);
            assertEquals(name, host);
            URI uri = URI.create("wss://" + HostName.inUri(host) + ":9001");
            assertEquals(HostName.inUri(host), uri.getHost());
            assertEquals(9001, uri.getPort());
        }
        assertEquals("2001:db8::1", HostName.parse("[2001:db8::1]"));
    }

    @Test
    void loopbackIsToldByTheNameAlone() {
        for (String name : List.of("localhost", "LOCALHOST", "gw.localhost", "127.0.0.1", "127.9.9.9", "::1")) {
            assertTrue(HostName.isLoopback(name), name);
        }
        for (String name : List.of("localhost.example", "notlocalhost", "9.9.9.9", "2001:db8::1", "gw")) {
            assertFalse(HostName.isLoopback(name), name);
        }
    }
}
