package org.cloakwork.doors;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloakwork.spi.runtime.PartConfiguration;

/** The key {@code allowed-origins}: what a browser may say of a page, letter by letter. */
final class Origins {

    static final String KEY = "allowed-origins";
    private static final String ALLOWED =
            "origins as browsers send them, such as https://example.org or http://localhost:8080, separated by commas";
    /** What a page says that has none, as one from a file. */
    private static final String NONE = "null";
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:\\d{1,5})?");
    private static final Pattern USUAL_PORT = Pattern.compile("(http://.*):80|(https://.*):443");

    private Origins() {
    }

    /** @throws IllegalArgumentException if one could never be sent, saying what to write instead */
    static List<String> of(PartConfiguration configuration) {
        if (!configuration.has(KEY)) {
            return List.of();
        }
        List<String> origins = configuration.list(KEY, ALLOWED);
        for (String origin : origins) {
            if (!origin.equals(NONE)) {
                check(configuration, origin);
            }
        }
        return origins;
    }

    private static void check(PartConfiguration configuration, String origin) {
        if (origin.contains("*")) {
            throw configuration.wrong(KEY, '"' + origin + "\" (there is no \"any\": each page that may come is named)",
                    ALLOWED);
        }
        if (!origin.contains("://")) {
            throw configuration.wrong(KEY, '"' + origin + "\" without a scheme; write https://" + origin + " or http://"
                    + origin, ALLOWED);
        }
        String sent = sent(configuration, origin);
        if (!sent.equals(origin)) {
            throw configuration.wrong(KEY, '"' + origin + "\", which no browser sends; write " + sent, ALLOWED);
        }
    }

    /** Scheme, host and port, in lower case, without what is usual, a path or anything behind it. */
    private static String sent(PartConfiguration configuration, String origin) {
        try {
            URI uri = new URI(origin);
            String host = uri.getRawAuthority();
            if (host != null && HOST.matcher(host).matches()) {
                String sent = (uri.getScheme() + "://" + host).toLowerCase(Locale.ROOT);
                Matcher usual = USUAL_PORT.matcher(sent);
                return usual.matches() ? usual.group(usual.group(1) == null ? 2 : 1) : sent;
            }
        } catch (URISyntaxException e) {
            // as below
        }
        throw configuration.wrong(KEY, '"' + origin + '"', ALLOWED);
    }
}
