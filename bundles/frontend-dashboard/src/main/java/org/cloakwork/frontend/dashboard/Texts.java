package org.cloakwork.frontend.dashboard;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is shown of texts that others made: addresses and identities by their first letters only. */
final class Texts {

    private static final int SHOWN = 8;
    /** Base58 and hexadecimal of 16 bytes and more. */
    private static final Pattern LONG = Pattern.compile("[1-9A-HJ-NP-Za-km-z]{21,}|[0-9a-fA-F]{32,}");

    private Texts() {
    }

    static String shortened(String text) {
        return LONG.matcher(text).replaceAll(found ->
                Matcher.quoteReplacement(found.group().substring(0, SHOWN) + "..."));
    }

    static String html(String text) {
        return shortened(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
