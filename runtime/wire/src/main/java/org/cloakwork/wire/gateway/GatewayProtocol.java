package org.cloakwork.wire.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.Json;

/** Versions, amounts and times both sides agree on. Source: protocol/4-gateway, 1, 2, 5, 6 and 9. */
public final class GatewayProtocol {

    /** The newest version we speak. */
    public static final int CURRENT_VERSION = 6;
    /** The real floor: signed authentication. */
    public static final int MIN_VERSION = 4;
    /** From here on clients send packets with their key rotation ({@link BinaryRequest.Kind#FORWARD_SPHINX_V2}). */
    public static final int KEY_ROTATION_VERSION = 5;

    public static final int DEFAULT_PORT = 9000;
    /** Longest text frame that is read, in characters; the longest real ones carry a credential: about 6,000. */
    public static final int MAX_TEXT_LENGTH = 64 * 1024;
    /** Connections a gateway keeps open. */
    public static final int MAX_CONNECTIONS = 8192;

    /** A gateway waits this long for each message before authentication. */
    public static final Duration FIRST_MESSAGE_TIMEOUT = Duration.ofSeconds(10);
    /** Either side waits this long for each message of the handshake. */
    public static final Duration HANDSHAKE_MESSAGE_TIMEOUT = Duration.ofSeconds(5);
    /** A client waits this long for the answer to a request. */
    public static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(300);
    /** How far the timestamp of an authentication may be from the gateway's clock, either way. */
    public static final Duration MAX_TIMESTAMP_SKEW = Duration.ofSeconds(120);
    /** A gateway that doubts a session waits this long for the pong of its client. */
    public static final Duration PONG_TIMEOUT = Duration.ofSeconds(1);
    /** The newer connection of the same client waits this long for the verdict on the older one. */
    public static final Duration DUPLICATE_TIMEOUT = Duration.ofSeconds(2);
    /** A gateway keeps messages for an absent client this long. */
    public static final Duration INBOX_AGE = Duration.ofHours(24);

    /** What one mixnet entry ticket buys. */
    public static final long TICKET_BYTES = 200_000_000;
    /** A client claims more when it has less than this. */
    public static final long CLAIM_BELOW_BYTES = 40_000_000;
    /** What one free claim adds. */
    public static final long FREE_CLAIM_BYTES = 64L << 30;
    /** In upgrade mode a gateway shows at least this balance, so that nobody claims. */
    public static final long UPGRADE_MODE_BALANCE_BYTES = CLAIM_BELOW_BYTES + 1;

    private GatewayProtocol() {
    }

    /**
     * Client: what to propose to a gateway.
     *
     * @param supported the version it says it supports
     * @return the version, or empty if it is too old for us
     */
    public static OptionalInt proposal(int supported) {
        return supported < MIN_VERSION ? OptionalInt.empty() : OptionalInt.of(Math.min(supported, CURRENT_VERSION));
    }

    /**
     * Gateway: whether to go on with an authentication. A registration has no lower bound.
     *
     * @param proposed the version the client signed
     * @return whether we speak it
     */
    public static boolean isSupported(int proposed) {
        return proposed >= MIN_VERSION && proposed <= CURRENT_VERSION;
    }

    static void requireU8(int version) {
        if (version < 0 || version > 0xff) {
            throw new IllegalArgumentException("a protocol version is 0 to 255, not " + version);
        }
    }

    /** A text frame. */
    static Json json(String text) throws WireException {
        if (text.length() > MAX_TEXT_LENGTH) {
            throw new WireException("text of " + text.length() + " characters");
        }
        return Json.parse(text);
    }

    /** What was sealed as text. */
    static Json json(byte[] utf8) throws WireException {
        try {
            return json(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
        } catch (CharacterCodingException e) {
            throw new WireException("the text is not UTF-8");
        }
    }
}
