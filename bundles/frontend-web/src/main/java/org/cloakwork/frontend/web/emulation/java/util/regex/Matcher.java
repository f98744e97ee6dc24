package org.cloakwork.frontend.web.emulation.java.util.regex;

import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSObjects;
import org.teavm.jso.core.JSRegExp;
import org.teavm.jso.core.JSString;

/** What is asked of an expression here: whether all of a text matches, its groups, and to replace matches. */
public final class Matcher {

    private final JSRegExp whole;
    private final JSRegExp each;
    private final JSRegExp first;
    private final JSString text;
    /** A group that took no part is undefined, which is no string. */
    private JSArray<? extends JSObject> found;

    Matcher(JSRegExp whole, JSRegExp each, JSRegExp first, CharSequence text) {
        this.whole = whole;
        this.each = each;
        this.first = first;
        this.text = JSString.valueOf(text.toString());
    }

    public boolean matches() {
        found = whole.exec(text);
        return found != null;
    }

    public String group(int group) {
        if (found == null) {
            throw new IllegalStateException("no match");
        }
        JSObject part = found.get(group);
        return JSObjects.isUndefined(part) ? null : ((JSString) part).stringValue();
    }

    public String replaceAll(String replacement) {
        return replaced(each, replacement);
    }

    public String replaceFirst(String replacement) {
        return replaced(first, replacement);
    }

    private String replaced(JSRegExp which, String replacement) {
        if (replacement.indexOf('$') >= 0 || replacement.indexOf('\\') >= 0) {
            throw new IllegalArgumentException("not the same in JavaScript: " + replacement);
        }
        return text.replace(which, JSString.valueOf(replacement)).stringValue();
    }
}
