package org.cloakwork.frontend.web.emulation.java.util.regex;

import java.util.Arrays;
import java.util.regex.PatternSyntaxException;
import org.teavm.jso.core.JSRegExp;
import org.teavm.jso.core.JSString;

/**
 * JavaScript's expressions in place of a twelfth of the module: for those that mean the same there. Others are refused:
 * by JavaScript, whose flag {@code u} takes nothing that it does not know, or here.
 */
public final class Pattern {

    /** Other sets of characters, or other places, than in Java. */
    private static final String[] OTHERS = {"\\s", "\\S", "\\b", "\\B", "$", "(?"};
    private static final String[] SAME = {"(?:", "(?=", "(?!"};

    private final JSRegExp whole;
    private final JSRegExp each;
    private final JSRegExp first;

    private Pattern(String regex) {
        String rest = regex;
        for (String same : SAME) {
            rest = rest.replace(same, "");
        }
        for (String other : OTHERS) {
            if (rest.contains(other)) {
                throw new PatternSyntaxException("not the same in JavaScript: " + other, regex, -1);
            }
        }
        whole = new JSRegExp("^(?:" + regex + ")$", "u");
        each = new JSRegExp(regex, "gu");
        first = new JSRegExp(regex, "u");
    }

    public static Pattern compile(String regex) {
        return new Pattern(regex);
    }

    public static boolean matches(String regex, CharSequence text) {
        return compile(regex).matcher(text).matches();
    }

    public Matcher matcher(CharSequence text) {
        return new Matcher(whole, each, first, text);
    }

    public String[] split(CharSequence text) {
        return split(text, 0);
    }

    public String[] split(CharSequence text, int limit) {
        if (limit > 0) {
            throw new UnsupportedOperationException("a limit of parts");
        }
        JSString[] parts = JSString.valueOf(text.toString()).split(each);
        int length = parts.length;
        while (limit == 0 && length > 1 && parts[length - 1].getLength() == 0) {
            length--;
        }
        return Arrays.stream(parts, 0, length).map(JSString::stringValue).toArray(String[]::new);
    }
}
