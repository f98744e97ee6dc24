package org.cloakwork.wire.gateway;

import java.util.Objects;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.Json;

/**
 * A text frame, gateway to client. Amounts are bytes and may be negative. Source: protocol/4-gateway, 7.
 *
 * <p>Responses carry no ids: {@link Send}, {@link OutOfBandwidth} and {@link EncryptedResponse} may arrive between a
 * claim and its answer, which is a {@link Bandwidth} or an {@link Error} (section 11).
 */
public sealed interface ServerResponse {

    /** @param version the newest version the gateway speaks */
    record SupportedProtocol(int version) implements ServerResponse {

        public SupportedProtocol {
            GatewayProtocol.requireU8(version);
        }
    }

    /**
     * The registration is complete.
     *
     * @param protocolVersion 0 if the gateway left it out; the handshake's own counts
     * @param status          whether it worked; never false from a real gateway
     * @param upgradeMode     whether the gateway has stopped metering
     */
    record Register(int protocolVersion, boolean status, boolean upgradeMode) implements ServerResponse {

        public Register {
            GatewayProtocol.requireU8(protocolVersion);
        }
    }

    /**
     * The client is authenticated; its inbox may have arrived before.
     *
     * @param protocolVersion    the version to go on with; 0 if the gateway left it out
     * @param status             whether it worked; never false from a real gateway
     * @param bandwidthRemaining the balance
     * @param upgradeMode        whether the gateway has stopped metering
     */
    record Authenticate(int protocolVersion, boolean status, long bandwidthRemaining, boolean upgradeMode)
            implements ServerResponse {

        public Authenticate {
            GatewayProtocol.requireU8(protocolVersion);
        }
    }

    /**
     * A claim was granted.
     *
     * @param availableTotal the balance
     * @param upgradeMode    whether the gateway has stopped metering
     */
    record Bandwidth(long availableTotal, boolean upgradeMode) implements ServerResponse {
    }

    /**
     * A packet was sent on.
     *
     * @param remainingBandwidth the balance
     * @param upgradeMode        whether the gateway has stopped metering
     */
    record Send(long remainingBandwidth, boolean upgradeMode) implements ServerResponse {

        private static final String HEAD = "{\"type\":\"send\",\"remaining_bandwidth\":";
        private static final String TAIL = ",\"upgrade_mode\":false}";
        /** Digits that are a 64-bit number in any case. */
        private static final int MOST_DIGITS = 18;

        /** There is one for every packet: in the form they all have, it is read without taking JSON apart. */
        private static Send ofUsualText(String text) {
            int digits = text.length() - HEAD.length() - TAIL.length();
            if (digits < 1 || digits > MOST_DIGITS || !text.startsWith(HEAD) || !text.endsWith(TAIL)
                    || digits > 1 && text.charAt(HEAD.length()) == '0') {
                return null;
            }
            long balance = 0;
            for (int i = HEAD.length(); i < HEAD.length() + digits; i++) {
                char digit = text.charAt(i);
                if (digit < '0' || digit > '9') {
                    return null;
                }
                balance = 10 * balance + digit - '0';
            }
            return new Send(balance, false);
        }

    }

    /**
     * A {@link SensitiveResponse}, sealed.
     *
     * @param ciphertext sealed with the shared key
     * @param nonce      it was sealed with; 12 bytes if it is right
     */
    record EncryptedResponse(byte[] ciphertext, byte[] nonce) implements ServerResponse {

        public EncryptedResponse {
            Objects.requireNonNull(ciphertext);
            Objects.requireNonNull(nonce);
        }
    }

    /** @param message for people */
    record Error(String message) implements ServerResponse {

        public Error {
            Objects.requireNonNull(message);
        }
    }

    /**
     * A packet was dropped because the balance is too low.
     *
     * @param required  the length of the packet
     * @param available the balance
     */
    record OutOfBandwidth(long required, long available) implements ServerResponse {
    }

    /** A ticket was spent before. Real gateways never send it. */
    record TicketReplay() implements ServerResponse {
    }

    /** {@return the text frame} */
    default String toJson() {
        return switch (this) {
            case Send(long balance, boolean upgradeMode) when !upgradeMode -> Send.HEAD + balance + Send.TAIL;
            default -> json().toString();
        };
    }

    private Json json() {
        return switch (this) {
            case SupportedProtocol(int version) -> Json.typed("supportedProtocol").with("version", version);
            case Register(int version, boolean status, boolean upgradeMode) -> Json.typed("register")
                    .with("protocol_version", version).with("status", status).with("upgrade_mode", upgradeMode);
            case Authenticate(int version, boolean status, long balance, boolean upgradeMode) ->
                    Json.typed("authenticate").with("protocol_version", version).with("status", status)
                            .with("bandwidth_remaining", balance).with("upgrade_mode", upgradeMode);
            case Bandwidth(long balance, boolean upgradeMode) -> Json.typed("bandwidth")
                    .with("available_total", balance).with("upgrade_mode", upgradeMode);
            case Send(long balance, boolean upgradeMode) -> Json.typed("send")
                    .with("remaining_bandwidth", balance).with("upgrade_mode", upgradeMode);
            case EncryptedResponse(byte[] ciphertext, byte[] nonce) -> Json.typed("encryptedResponse")
                    .with("ciphertext", ciphertext).with("nonce", nonce);
            case Error(String message) -> Json.typed("error").with("message", message);
            case OutOfBandwidth(long required, long available) -> Json.typed("typedError").with("error",
                    Json.tagged("out_of_bandwidth",
                            Json.empty().with("required", required).with("available", available)));
            case TicketReplay() -> Json.typed("typedError").with("error", "ticket_replay");
        };
    }

    /**
     * @param text a text frame, at most {@link GatewayProtocol#MAX_TEXT_LENGTH} characters
     * @return the response
     * @throws WireException if it is none
     */
    static ServerResponse parse(String text) throws WireException {
        Send send = Send.ofUsualText(text);
        if (send != null) {
            return send;
        }
        Json json = GatewayProtocol.json(text);
        return switch (json.string("type")) {
            case "supportedProtocol" -> new SupportedProtocol(json.u8("version"));
            case "register" -> new Register(json.u8OrZero("protocol_version"), json.bool("status"),
                    json.boolOrFalse("upgrade_mode"));
            case "authenticate" -> new Authenticate(json.u8OrZero("protocol_version"), json.bool("status"),
                    json.i64("bandwidth_remaining"), json.boolOrFalse("upgrade_mode"));
            case "bandwidth" -> new Bandwidth(json.i64("available_total"), json.boolOrFalse("upgrade_mode"));
            case "send" -> new Send(json.i64("remaining_bandwidth"), json.boolOrFalse("upgrade_mode"));
            case "encryptedResponse" -> new EncryptedResponse(json.bytes("ciphertext"), json.bytes("nonce"));
            case "error" -> new Error(json.string("message"));
            case "typedError" -> typedError(json);
            default -> throw new WireException("unknown type of response");
        };
    }

    private static ServerResponse typedError(Json json) throws WireException {
        if (json.isString("error")) {
            if (json.string("error").equals("ticket_replay")) {
                return new TicketReplay();
            }
        } else {
            Json error = json.object("error");
            String tag = error.tag();
            if (tag.equals("out_of_bandwidth")) {
                Json amounts = error.object(tag);
                return new OutOfBandwidth(amounts.i64("required"), amounts.i64("available"));
            }
            if (tag.equals("ticket_replay") && error.isNull(tag)) {
                return new TicketReplay();
            }
        }
        throw new WireException("unknown typed error");
    }
}
