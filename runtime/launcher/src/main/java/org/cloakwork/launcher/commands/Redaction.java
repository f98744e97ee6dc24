package org.cloakwork.launcher.commands;

import java.util.regex.Pattern;

/** Leaves out of a text what tells who somebody is: keys, addresses of clients and of machines, folders. */
final class Redaction {

    private static final Pattern KEYS = Pattern.compile("[1-9A-HJ-NP-Za-km-z]{40,}");
    private static final Pattern IPS = Pattern.compile("\\b\\d{1,3}(\\.\\d{1,3}){3}\\b|"
            + "\\[?[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:]*\\]?");
    private static final Pattern FOLDERS = Pattern.compile("(?<![\\w:/.])/[^\\s,:;]+");

    private Redaction() {
    }

    static String of(String text) {
        String left = KEYS.matcher(text).replaceAll("(key)");
        left = IPS.matcher(left).replaceAll("(ip)");
        return FOLDERS.matcher(left).replaceAll("(folder)");
    }
}
