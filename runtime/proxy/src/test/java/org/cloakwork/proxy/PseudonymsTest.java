package org.cloakwork.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PseudonymsTest {

    private static final String EXIT =
            "AhHH5wCfzuMu36tXFc6mv6aKd8xAhT7wyYQVkL62L7Wo.E8LfbKvwZFL2muzn4Q9NvD9Q673wWdX4g4Vuw"
            + "uJnBAXk@BSLKD73tFe9kktGWUhB9v9mC9mcZJr18fNW4HWHvqAkD";

    private long nowNanos = -1_000_000;
    private int made;

    private Pseudonyms pseudonyms(String isolate, int most) {
        return new Pseudonyms(Isolation.of(isolate), most, () -> "p" + made++, () -> nowNanos);
    }

    private static Optional<Pseudonyms.Pseudonym> take(Pseudonyms pseudonyms, String user, String target) {
        int colon = target.lastIndexOf(':');
        return pseudonyms.take(new Target(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1))),
                Optional.of(user).filter(text -> !text.isEmpty()));
    }

    private static String isolation(Pseudonyms pseudonyms, String user, String target) {
        return take(pseudonyms, user, target).orElseThrow().isolation();
    }

    @ParameterizedTest
    @CsvSource({"none, 1", "user, 3", "destination, 3", "user+destination, 9"})
    void whatMakesADifferenceIsAsConfigured(String isolate, int expected) {
        Pseudonyms pseudonyms = pseudonyms(isolate, 100);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            for (String user : List.of("", "work", "home")) {
                for (String target : List.of("example.com:80", "EXAMPLE.com:443", "192.0.2.1:80",
                        "2001:db8:0:0:0:0:0:1:80")) {
                    seen.add(isolation(pseudonyms, user, target));
                }
            }
        }
        assertEquals(expected, seen.size());
    }

    @Test
    void usersAndDestinationsOfTheSameTextAreNotMixedUp() {
        Pseudonyms pseudonyms = pseudonyms("user+destination", 100);
        assertNotEquals(isolation(pseudonyms, "a", "b:80"), isolation(pseudonyms, "b", "a:80"));
        assertNotEquals(isolation(pseudonyms, "ab", "c:80"), isolation(pseudonyms, "a", "bc:80"));
    }

    @Test
    void aPseudonymEndsTenMinutesAfterItsLastConnection() {
        Pseudonyms pseudonyms = pseudonyms("destination", 100);
        Pseudonyms.Pseudonym first = take(pseudonyms, "", "a:80").orElseThrow();
        nowNanos += 10 * Pseudonyms.LINGER.toNanos();
        Pseudonyms.Pseudonym second = take(pseudonyms, "", "a:80").orElseThrow();
        assertEquals(first.isolation(), second.isolation(), "a connection still has it");
        first.leave();
        second.leave();
        nowNanos += Pseudonyms.LINGER.toNanos();
        Pseudonyms.Pseudonym third = take(pseudonyms, "", "a:80").orElseThrow();
        assertEquals(first.isolation(), third.isolation(), "it has not ended yet");
        third.leave();
        nowNanos += Pseudonyms.LINGER.toNanos() + 1;
        assertNotEquals(first.isolation(), isolation(pseudonyms, "", "a:80"));
    }

    @Test
    void tenThousandNamesMakeNoMorePseudonymsThanThereMayBeAndLeaveTheOthersAlone() {
        Pseudonyms pseudonyms = pseudonyms("user+destination", ProxyConfiguration.DEFAULT_PSEUDONYMS);
        String open = isolation(pseudonyms, "", "example.com:443");
        List<Pseudonyms.Pseudonym> taken = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            take(pseudonyms, "", "n" + i + ".example.org:80").ifPresent(taken::add);
        }
        assertEquals(ProxyConfiguration.DEFAULT_PSEUDONYMS - 1, taken.size());
        taken.forEach(Pseudonyms.Pseudonym::leave);
        assertTrue(take(pseudonyms, "", "example.net:80").isEmpty(), "they count for ten minutes more");
        assertEquals(open, isolation(pseudonyms, "", "example.com:80"));
        nowNanos += Pseudonyms.LINGER.toNanos() + 1;
        assertFalse(take(pseudonyms, "", "example.net:80").isEmpty());
        assertEquals(open, isolation(pseudonyms, "", "example.com:80"));
    }

    @Test
    void theKeyIsUserAndDestinationUnlessItIsSaid() {
        assertEquals(Isolation.USER_AND_DESTINATION, configuration(Map.of()).isolation());
        assertEquals(Isolation.DESTINATION, configuration(Map.of("isolate", "destination")).isolation());
        assertEquals(Isolation.NONE, configuration(Map.of("mode", "plain", "isolate", "user")).isolation());
        assertEquals("socks5: isolate: \"host\"; allowed is none, user, destination, user+destination",
                assertThrows(IllegalArgumentException.class, () -> configuration(Map.of("isolate", "host")))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> configuration(Map.of("max-pseudonyms", "5001")));
    }

    private static ProxyConfiguration configuration(Map<String, String> settings) {
        return ProxyConfiguration.of("socks5", 1080,
                new PartConfiguration("socks5", Map.of("exit", EXIT)).with(settings));
    }

    @Test
    void onlyThisMachineIsServedUnlessItIsSaid() {
        assertThrows(IllegalArgumentException.class, () -> ProxyConfiguration.of("socks5", 1080,
                new PartConfiguration("socks5", Map.of("exit", EXIT, "host", "0.0.0.0"))));
        assertEquals(0, ProxyConfiguration.of("socks5", 1080, new PartConfiguration("socks5",
                Map.of("exit", EXIT, "host", "0.0.0.0", "allow-remote", "true", "port", "0"))).port());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ProxyConfiguration.of("socks5", 1080,
                new PartConfiguration("socks5", Map.of("exit", "nobody")))).getMessage().contains("exit"));
        assertThrows(IllegalArgumentException.class, () -> ProxyConfiguration.of("socks5", 1080,
                new PartConfiguration("socks5", Map.of("exit", EXIT, "host", "example.com"))));
    }
}
