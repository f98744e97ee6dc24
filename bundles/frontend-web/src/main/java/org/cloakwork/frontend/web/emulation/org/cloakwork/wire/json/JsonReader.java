package org.cloakwork.frontend.web.emulation.org.cloakwork.wire.json;

import org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.JsonNode;
import org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.node.ArrayNode;
import org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.node.ObjectNode;
import org.cloakwork.frontend.web.emulation.org.cloakwork.wire.json.JsonText.MalformedException;

/** One value and nothing after it. Source: RFC 8259. */
final class JsonReader {

    static final JsonNode TWICE = new JsonNode(JsonNode.Kind.MISSING, "twice");
    private static final int MAX_NUMBER_CHARACTERS = 1000;
    private static final int MAX_TOKENS = 1_000_000;
    private static final char NOTHING = 0xffff;

    private final String text;
    private final int maxDepth;
    private final boolean strict;
    private int at;
    private int tokens;

    /** @param strict whether it is read as serde does */
    JsonReader(String text, int maxDepth, boolean strict) {
        this.text = text;
        this.maxDepth = maxDepth;
        this.strict = strict;
    }

    /** {@return the value; null if there is none} */
    JsonNode read() throws MalformedException {
        skip();
        if (at == text.length()) {
            return null;
        }
        JsonNode value = value(0);
        skip();
        if (at < text.length()) {
            throw malformed("something after the value");
        }
        return value;
    }

    private JsonNode value(int depth) throws MalformedException {
        count();
        return switch (peek()) {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> new JsonNode(JsonNode.Kind.TEXT, string());
            case 't' -> word("true", JsonNode.TRUE);
            case 'f' -> word("false", JsonNode.FALSE);
            case 'n' -> word("null", JsonNode.NULL);
            default -> number();
        };
    }

    private void count() throws MalformedException {
        if (++tokens > MAX_TOKENS) {
            throw malformed("more than " + MAX_TOKENS + " values");
        }
    }

    private JsonNode object(int depth) throws MalformedException {
        checkDepth(depth);
        ObjectNode object = new ObjectNode();
        at++;
        skip();
        if (peek() == '}') {
            at++;
            return object;
        }
        while (true) {
            skip();
            if (peek() != '"') {
                throw malformed("a name expected");
            }
            String name = string();
            count();
            skip();
            expect(':');
            skip();
            boolean twice = strict && object.has(name);
            JsonNode value = value(depth);
            object.set(name, twice ? TWICE : value);
            skip();
            if (peek() == '}') {
                at++;
                return object;
            }
            expect(',');
        }
    }

    private JsonNode array(int depth) throws MalformedException {
        checkDepth(depth);
        ArrayNode array = new ArrayNode();
        at++;
        skip();
        if (peek() == ']') {
            at++;
            return array;
        }
        while (true) {
            skip();
            array.add(value(depth));
            skip();
            if (peek() == ']') {
                at++;
                return array;
            }
            expect(',');
        }
    }

    private void checkDepth(int depth) throws MalformedException {
        if (depth > maxDepth) {
            throw malformed("deeper than " + maxDepth);
        }
    }

    private JsonNode word(String word, JsonNode value) throws MalformedException {
        if (!text.startsWith(word, at)) {
            throw malformed("no value");
        }
        at += word.length();
        if (isLetter(peek())) {
            throw malformed("no value");
        }
        return value;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '_';
    }

    private JsonNode number() throws MalformedException {
        int from = at;
        if (peek() == '-') {
            at++;
        }
        int whole = digits();
        if (whole > 1 && text.charAt(at - whole) == '0') {
            throw malformed("a number that begins with 0");
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        if (at - from > MAX_NUMBER_CHARACTERS) {
            throw malformed("a number of " + (at - from) + " characters");
        }
        if (isLetter(peek())) {
            throw malformed("no number");
        }
        String number = text.substring(from, at);
        return new JsonNode(JsonNode.Kind.NUMBER, strict && number.equals("-0") ? "-0.0" : number);
    }

    private int digits() throws MalformedException {
        int from = at;
        while (isDigit(peek())) {
            at++;
        }
        if (at == from) {
            throw malformed(at == text.length() ? "the text ends too early" : "no value");
        }
        return at - from;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private String string() throws MalformedException {
        at++;
        int from = at;
        StringBuilder value = null;
        while (true) {
            char c = peek();
            if (c == '"') {
                String rest = text.substring(from, at++);
                return value == null ? rest : whole(value.append(rest).toString());
            }
            if (c < ' ' || c == NOTHING && at == text.length()) {
                throw malformed("a text that does not end");
            }
            at++;
            if (c == '\\') {
                value = (value == null ? new StringBuilder() : value).append(text, from, at - 1).append(escaped());
                from = at;
            }
        }
    }

    private String whole(String read) throws MalformedException {
        for (int i = 0; strict && i < read.length(); i++) {
            if (Character.isSurrogate(read.charAt(i))) {
                if (!Character.isHighSurrogate(read.charAt(i)) || i + 1 == read.length()
                        || !Character.isLowSurrogate(read.charAt(i + 1))) {
                    throw malformed("half a pair of surrogates");
                }
                i++;
            }
        }
        return read;
    }

    private char escaped() throws MalformedException {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++, at++) {
                    int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
                    if (digit < 0) {
                        throw malformed("no escape");
                    }
                    code = code << 4 | digit;
                }
                yield (char) code;
            }
            default -> throw malformed("no escape");
        };
    }

    private void expect(char c) throws MalformedException {
        if (peek() != c) {
            throw malformed(at == text.length() ? "the text ends too early" : "'" + c + "' expected");
        }
        at++;
    }

    private void skip() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : NOTHING;
    }

    private MalformedException malformed(String what) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < Math.min(at, text.length()); i++) {
            if (text.charAt(i) == '\n') {
                line++;
                column = 0;
            }
            column++;
        }
        return new MalformedException(what, " at line " + line + ", column " + column);
    }
}
