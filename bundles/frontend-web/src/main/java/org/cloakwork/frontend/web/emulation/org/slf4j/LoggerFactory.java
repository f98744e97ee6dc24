package org.cloakwork.frontend.web.emulation.org.slf4j;

import org.cloakwork.frontend.web.emulation.org.slf4j.event.Level;
import org.teavm.jso.JSBody;

/** Loggers that speak to the console of the host. */
public final class LoggerFactory {

    private LoggerFactory() {
    }

    public static Logger getLogger(Class<?> owner) {
        return (level, message, arguments) -> {
            if (level.compareTo(Level.WARN) <= 0) {
                warn("cloakwork: " + text(message, arguments));
            }
        };
    }

    private static String text(String message, Object... arguments) {
        StringBuilder text = new StringBuilder(message);
        int at = 0;
        for (Object argument : arguments) {
            int hole = text.indexOf("{}", at);
            String shown = String.valueOf(argument);
            if (hole < 0) {
                text.append(": ").append(shown);
                at = text.length();
            } else {
                text.replace(hole, hole + 2, shown);
                at = hole + shown.length();
            }
        }
        return text.toString();
    }

    @JSBody(params = "text", script = "console.warn(text);")
    private static native void warn(String text);
}
