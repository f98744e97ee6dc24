package org.cloakwork.spi.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files that people write, on any system: in UTF-8, with or without a byte-order mark. Ends of lines stay as they are.
 *
 * @since 1.7
 */
public final class TextFile {

    private static final int MARK_BYTES = 3;
    private static final String OTHER_ENCODING = "; the file is to be saved as UTF-8";

    private TextFile() {
    }

    /** A file is larger than it may be, or not in UTF-8. */
    public static final class NotTextException extends IOException {

        private static final long serialVersionUID = 1L;

        /** From 1; 0: all of it. */
        private final int line;
        /** Without the line. */
        private final String reason;

        private NotTextException(int line, String reason) {
            super((line > 0 ? "line " + line + ": " : "") + reason);
            this.line = line;
            this.reason = reason;
        }

        /**
         * Where it is wrong.
         *
         * @return the line, from 1; 0: all of it
         */
        public int line() {
            return line;
        }

        /**
         * What is wrong, for people.
         *
         * @return it, without the line
         */
        public String reason() {
            return reason;
        }
    }

    /**
     * Reads a file.
     *
     * @param file     to read
     * @param maxBytes that it may have
     * @return its text, without a byte-order mark
     * @throws NotTextException if it is larger, or not in UTF-8; its message does not name the file
     * @throws IOException      if it cannot be read
     */
    public static String read(Path file, int maxBytes) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new NotTextException(0, "larger than " + maxBytes + " bytes");
            }
            return text(bytes);
        }
    }

    /**
     * Reads the bytes of a file.
     *
     * @param bytes of a file
     * @return their text, without a byte-order mark
     * @throws NotTextException if they are not UTF-8, or zero is among them
     */
    public static String text(byte[] bytes) throws NotTextException {
        int start = markLength(bytes);
        CharBuffer text = CharBuffer.allocate(bytes.length);
        ByteBuffer input = ByteBuffer.wrap(bytes, start, bytes.length - start);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        CoderResult result = decoder.decode(input, text, true);
        int zero = text.flip().toString().indexOf('\0');
        if (result.isError() || zero >= 0) {
            int line = 1 + (int) text.toString().substring(0, zero >= 0 ? zero : text.length()).chars()
                    .filter(c -> c == '\n').count();
            throw new NotTextException(line, (zero >= 0 ? "a zero byte"
                    : "byte %d of the file is 0x%02X, which is not UTF-8".formatted(input.position() + 1,
                    bytes[input.position()] & 0xff)) + OTHER_ENCODING);
        }
        return text.toString();
    }

    /**
     * Tells where the text begins in bytes that are not to become a {@link String}, such as secrets.
     *
     * @param bytes of a file
     * @return the length of the byte-order mark of UTF-8 that they begin with, 0 if there is none
     * @throws NotTextException if they begin with one of UTF-16
     */
    public static int markLength(byte[] bytes) throws NotTextException {
        if (begins(bytes, 0xFE, 0xFF) || begins(bytes, 0xFF, 0xFE)) {
            throw new NotTextException(0, "is UTF-16" + OTHER_ENCODING);
        }
        return begins(bytes, 0xEF, 0xBB, 0xBF) ? MARK_BYTES : 0;
    }

    private static boolean begins(byte[] bytes, int... beginning) {
        for (int i = 0; i < beginning.length; i++) {
            if (i == bytes.length || (bytes[i] & 0xff) != beginning[i]) {
                return false;
            }
        }
        return true;
    }
}
