package org.cloakwork.frontend.web.emulation.org.junit.jupiter.api;

import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.function.Executable;

/** Those that tests of vectors use. */
public final class Assertions {

    private Assertions() {
    }

    private static String text(String message) {
        return message == null ? "" : message + ": ";
    }

    public static void assertEquals(Object expected, Object actual) {
        assertEquals(expected, actual, null);
    }

    public static void assertEquals(Object expected, Object actual, String message) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(text(message) + "expected " + expected + ", not " + actual);
        }
    }

    public static void assertEquals(int expected, int actual) {
        assertEquals(expected, actual, null);
    }

    public static void assertEquals(int expected, int actual, String message) {
        if (expected != actual) {
            throw new AssertionError(text(message) + "expected " + expected + ", not " + actual);
        }
    }

    public static void assertEquals(long expected, long actual) {
        assertEquals(expected, actual, null);
    }

    public static void assertEquals(long expected, long actual, String message) {
        if (expected != actual) {
            throw new AssertionError(text(message) + "expected " + expected + ", not " + actual);
        }
    }

    public static void assertEquals(byte expected, byte actual) {
        assertEquals(expected, actual, null);
    }

    public static void assertEquals(byte expected, byte actual, String message) {
        if (expected != actual) {
            throw new AssertionError(text(message) + "expected " + expected + ", not " + actual);
        }
    }

    public static void assertEquals(int expected, Integer actual) {
        assertEquals((Object) expected, actual, null);
    }

    public static void assertEquals(long expected, Long actual) {
        assertEquals((Object) expected, actual, null);
    }

    public static void assertArrayEquals(byte[] expected, byte[] actual) {
        assertArrayEquals(expected, actual, null);
    }

    public static void assertArrayEquals(byte[] expected, byte[] actual, String message) {
        if (!Arrays.equals(expected, actual)) {
            throw new AssertionError(text(message) + "other bytes than expected");
        }
    }

    public static void assertTrue(boolean condition) {
        assertTrue(condition, null);
    }

    public static void assertTrue(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(text(message) + "expected true");
        }
    }

    public static void assertFalse(boolean condition) {
        assertTrue(!condition, "expected false");
    }

    public static void assertFalse(boolean condition, String message) {
        assertTrue(!condition, message);
    }

    public static <T> T assertInstanceOf(Class<T> type, Object value) {
        assertTrue(type.isInstance(value), "not a " + type.getName());
        return type.cast(value);
    }

    public static <T extends Throwable> T assertThrows(Class<T> type, Executable executable) {
        return assertThrows(type, executable, (String) null);
    }

    public static <T extends Throwable> T assertThrows(Class<T> type, Executable executable, String message) {
        try {
            executable.execute();
        } catch (Throwable e) {
            assertTrue(type.isInstance(e), text(message) + "threw " + e);
            return type.cast(e);
        }
        throw new AssertionError(text(message) + "did not throw " + type.getName());
    }

    public static <V> V fail(String message) {
        throw new AssertionError(message);
    }

    public static <V> V fail() {
        throw new AssertionError("failed");
    }
}
