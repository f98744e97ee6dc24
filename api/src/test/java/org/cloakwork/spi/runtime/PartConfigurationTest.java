package org.cloakwork.spi.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PartConfigurationTest {

    private static PartConfiguration of(String... keysAndValues) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new PartConfiguration("cover test", values);
    }

    private static void assertWrong(String message, Executable reading) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, reading).getMessage());
    }

    @Test
    void readsValues() {
        PartConfiguration configuration = of("a", " x ", "l", "u, v,,w", "i", "-1", "d", "1.5", "t-millis", "250",
                "yes", "true", "no", " false");
        assertEquals("x", configuration.text("a", "text"));
        assertEquals(List.of("u", "v", "w"), configuration.list("l", "texts"));
        assertEquals(-1, configuration.integer("i", 5, -1, 10));
        assertEquals(1.5, configuration.decimal("d", 2, 0, 3));
        assertEquals(Duration.ofMillis(250), configuration.millis("t-millis", 1, 1, 1000));
        assertTrue(configuration.flag("yes", false));
        assertFalse(configuration.flag("no", true));
        configuration.verify();
    }

    @Test
    void missingAndBlankTakeTheDefault() {
        PartConfiguration configuration = of("i", "");
        assertEquals(5, configuration.integer("i", 5, -1, 10));
        assertEquals(2, configuration.decimal("d", 2, 0, 3));
        assertTrue(configuration.flag("b", true));
        assertEquals(Duration.ofSeconds(3), configuration.millis("t-millis", 3000, 0, 5000));
        configuration.verify();
    }

    @Test
    void errorsNameKeyValueAndWhatIsAllowed() {
        assertWrong("cover test: a: missing; allowed is a path", () -> of("a", " ").text("a", "a path"));
        assertWrong("cover test: l: empty; allowed is URLs", () -> of("l", " , ").list("l", "URLs"));
        assertWrong("cover test: i: \"11\"; allowed is a whole number from -1 to 10",
                () -> of("i", "11").integer("i", 5, -1, 10));
        assertWrong("cover test: i: \"x\"; allowed is a whole number from -1 to 10",
                () -> of("i", "x").integer("i", 5, -1, 10));
        assertWrong("cover test: d: \"NaN\"; allowed is a number from 0.0 to 3.0",
                () -> of("d", "NaN").decimal("d", 2, 0, 3));
        assertWrong("cover test: b: \"yes\"; allowed is true or false", () -> of("b", "yes").flag("b", true));
    }

    @Test
    void unknownKeysAreRefused() {
        PartConfiguration configuration = of("patch", "x");
        assertEquals(1, configuration.integer("b", 1, 0, 1));
        assertEquals(1, configuration.integer("a", 1, 0, 1));
        assertWrong("cover test: patch: unknown key; allowed is the keys a, b", configuration::verify);
        assertWrong("cover test: patch: unknown key; allowed is no key at all", () -> of("patch", "x").verify());
    }

    @Test
    void takesComponentProperties() {
        PartConfiguration configuration = PartConfiguration.ofProperties("cover test", Map.of(
                "component.name", "x", "cloakwork.part", "cover", "i", 7, "l", new String[] {"u", "v"},
                "m", List.of("w")));
        assertEquals(7, configuration.integer("i", 5, -1, 10));
        assertEquals(List.of("u", "v"), configuration.list("l", "texts"));
        assertEquals(List.of("w"), configuration.list("m", "texts"));
        configuration.verify();
    }

    @Test
    void settingsOfOneClientGoBeforeThePartsOwn() {
        PartConfiguration configuration = of("port", "1", "host", "a").with(Map.of("port", "2", "token", " "));
        assertEquals(2, configuration.integer("port", 0, 0, 9));
        assertEquals("a", configuration.text("host", "text"));
        assertFalse(configuration.has("token"));
        assertTrue(configuration.has("host"));
        configuration.verify();
        assertWrong("cover test: por: unknown key; allowed is the keys port", () -> {
            PartConfiguration wrong = of("port", "1").with(Map.of("por", "2"));
            wrong.integer("port", 0, 0, 9);
            wrong.verify();
        });
    }
}
