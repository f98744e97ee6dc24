package org.cloakwork.launcher.terminal;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Colours for words that say how something is; the words say it without them. */
final class Colours {

    private static final Pattern WORDS = Pattern.compile("(?<good>\\b(?:ready|in use)\\b)"
            + "|(?<fair>\\b(?:connecting|warning:))|(?<bad>\\b(?:degraded|stopped|wrong:|missing)(?!\\w))");

    private Colours() {
    }

    static AttributedString of(String line) {
        AttributedStringBuilder text = new AttributedStringBuilder();
        Matcher words = WORDS.matcher(line);
        int from = 0;
        while (words.find()) {
            text.append(line, from, words.start()).styled(style(words.toMatchResult()), words.group());
            from = words.end();
        }
        return text.append(line, from, line.length()).toAttributedString();
    }

    private static AttributedStyle style(MatchResult word) {
        int colour = word.start(1) >= 0 ? AttributedStyle.GREEN : word.start(2) >= 0 ? AttributedStyle.YELLOW
                : AttributedStyle.RED;
        return AttributedStyle.DEFAULT.foreground(colour).bold();
    }

    static AttributedString bold(String line) {
        return new AttributedString(line, AttributedStyle.BOLD);
    }

    static AttributedString faint(String line) {
        return new AttributedString(line, AttributedStyle.DEFAULT.faint());
    }
}
