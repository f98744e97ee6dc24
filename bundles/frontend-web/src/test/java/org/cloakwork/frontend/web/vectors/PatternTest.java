package org.cloakwork.frontend.web.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the engine asks of regular expressions: of the JDK's there, of JavaScript's here. */
public final class PatternTest {

    @TestFactory
    Stream<DynamicTest> expressions() {
        return all();
    }

    /** {@return the tests, for both platforms} */
    public static Stream<DynamicTest> all() {
        return Stream.of(
                dynamicTest("an expression matches the whole text or not at all", () -> {
                    assertTrue("12".matches("[0-9]{1,3}"));
                    assertFalse("12\n".matches("[0-9]{1,3}"));
                    assertFalse("1234".matches("[0-9]{1,3}"));
                    assertTrue("b".matches("a|b"));
                    assertFalse("ab".matches("a|b"));
                    assertFalse("".matches("\\d+"));
                    assertFalse("\u0661".matches("\\d"));
                }),
                dynamicTest("sets, alternatives and looks ahead", () -> {
                    assertTrue("a-9".matches("[a-z0-9-]{1,64}"));
                    assertTrue("::1.2".matches("[0-9A-Fa-f:.]{2,45}"));
                    assertTrue("a.b".matches("(?:[a-z]\\.)*(?=[A-Za-z])[a-z]"));
                    assertFalse("a.1".matches("(?:[a-z]\\.)*(?=[A-Za-z])[a-z0-9]"));
                    assertTrue("x.LocalHost".matches("(?:.*\\.)?[Ll]ocal[Hh]ost"));
                    assertTrue("20260101000000GMT+00:00".matches("[0-9]{14}(Z|GMT\\+00:00)"));
                }),
                dynamicTest("groups, those too that took no part", () -> {
                    Pattern pattern = Pattern.compile("(\\d\\d)(?:\\.(\\d{1,9})\\d*)?([Zz]|[+-]\\d)");
                    Matcher parts = pattern.matcher("12.3456789012Z");
                    assertTrue(parts.matches());
                    assertEquals(List.of("12", "345678901", "Z"),
                            List.of(parts.group(1), parts.group(2), parts.group(3)));
                    Matcher none = Pattern.compile("(a)?b").matcher("b");
                    assertTrue(none.matches());
                    assertEquals(null, none.group(1));
                    assertEquals("b", none.group(0));
                }),
                dynamicTest("matches are replaced", () -> {
                    assertEquals("a?b??", "a\nb\u001b\u009b".replaceAll("\\p{Cc}", "?"));
                    assertEquals("?x?", "\u202ex\0".replaceAll("[\\p{Cc}\\p{Cf}]", "?"));
                    assertEquals("", "".replaceAll("[a]", "b"));
                    assertEquals("accept *:80 ", "accept *:80 # one # two".replaceFirst("#.*", ""));
                }),
                dynamicTest("texts are taken apart", () -> {
                    assertEquals(List.of("1", "", "2", ""), List.of("1..2.".split("\\.", -1)));
                    assertEquals(List.of("1", "", "2"), List.of("1..2..".split("\\.")));
                    assertEquals(List.of("", "a"), List.of(",a".split(",")));
                    assertEquals(List.of(""), List.of("".split(":", -1)));
                    assertEquals(List.of("ab"), List.of("ab".split("[0-9]+")));
                }));
    }
}
