package org.cloakwork.frontend.web.emulation.java.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InetAddressTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "1.2.3.4", "255.255.255.255", "::1", "::", "2001:db8::8a2e:370:7334",
        "fe80::1", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "::2:3", "1::", "64:ff9b::192.0.2.33"})
    void readsAsTheJdk(String text) throws Exception {
        java.net.InetAddress theirs = java.net.InetAddress.getByName(text);
        InetAddress ours = InetAddress.getByName(text);
        assertArrayEquals(theirs.getAddress(), ours.getAddress());
        assertEquals(theirs.getHostAddress(), ours.getHostAddress());
        assertEquals(theirs.isLoopbackAddress(), ours.isLoopbackAddress());
        assertEquals(ours, InetAddress.getByAddress(theirs.getAddress()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3.256", "1.2.3.4.5", "1:2:3:4:5:6:7:8:9", "1::2::3", "g::1", "12345::", "a.b.c.d",
        "::1.2.3.4.5", "1.2.3.-4"})
    void refusesWhatIsNone(String text) {
        assertThrows(UnknownHostException.class, () -> InetAddress.getByName(text));
    }

    @Test
    void onlyFourOrSixteenBytes() {
        assertThrows(UnknownHostException.class, () -> InetAddress.getByAddress(new byte[5]));
    }
}
