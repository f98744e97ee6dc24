package org.cloakwork.client.base;

import org.cloakwork.api.ClientState;

/**
 * What others say, and parts pass on, as it may stand in states and logs, so on terminals: one line of characters that
 * are seen where they are, and not too many.
 */
public final class Printable {

    private static final int MOST_CHARACTERS = 500;

    private Printable() {
    }

    /**
     * @param text of anybody
     * @return the same with a question mark for each character that moves, hides or turns others
     */
    public static String of(String text) {
        StringBuilder printable = new StringBuilder();
        int at = 0;
        while (at < text.length() && at < MOST_CHARACTERS) {
            int character = text.codePointAt(at);
            at += Character.charCount(character);
            switch (Character.getType(character)) {
                case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR -> printable.append('?');
                default -> printable.appendCodePoint(character);
            }
        }
        return (at < text.length() ? printable.append("...") : printable).toString();
    }

    /**
     * @param state of a client
     * @return the same with its reason like that
     */
    public static ClientState of(ClientState state) {
        return switch (state) {
            case ClientState.Connecting(String step) -> new ClientState.Connecting(of(step));
            case ClientState.Degraded(String reason) -> new ClientState.Degraded(of(reason));
            case ClientState.Stopped(String reason) -> new ClientState.Stopped(of(reason));
            case ClientState.Ready ready -> ready;
        };
    }
}
