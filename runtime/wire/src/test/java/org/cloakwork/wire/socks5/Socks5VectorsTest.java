package org.cloakwork.wire.socks5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.wire.WireException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class Socks5VectorsTest {

    private final Vectors vectors = Vectors.load("socks5.json");

    @TestFactory
    Stream<DynamicTest> messages() {
        return vectors.testsExcept(Set.of("orderedBuffer"), Map.of(
                "request", this::request,
                "response", this::response,
                "requestParse", this::requestParse,
                "responseParse", this::responseParse));
    }

    private void request(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        assertEquals(c.get("sha256").asText(), Vectors.sha256(bytes));
        check(c.get("fields"), ProviderRequest.parse(bytes));
        assertArrayEquals(bytes, buildRequest(c.get("fields")).bytes());
    }

    private void requestParse(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        if (c.get("expect").get("ok").asBoolean()) {
            check(c.get("expect").get("fields"), ProviderRequest.parse(bytes));
        } else {
            assertThrows(WireException.class, () -> ProviderRequest.parse(bytes));
        }
    }

    private void response(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        assertEquals(c.get("sha256").asText(), Vectors.sha256(bytes));
        JsonNode decoded = c.get("decoded");
        if (decoded.get("ok").asBoolean() && decoded.get("same").asBoolean()) {
            check(c.get("fields"), ProviderResponse.parse(bytes));
            assertArrayEquals(bytes, buildResponse(c.get("fields")).bytes());
            return;
        }
        // An answer without a protocol version: upstream writes it and reads something else, so nobody is to write it.
        assertThrows(IllegalArgumentException.class, () -> buildResponse(c.get("fields")));
        if (decoded.get("ok").asBoolean()) {
            check(decoded.get("fields"), ProviderResponse.parse(bytes));
        } else {
            assertThrows(WireException.class, () -> ProviderResponse.parse(bytes));
        }
    }

    private void responseParse(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        if (c.get("expect").get("ok").asBoolean()) {
            check(c.get("expect").get("fields"), ProviderResponse.parse(bytes));
        } else {
            assertThrows(WireException.class, () -> ProviderResponse.parse(bytes));
        }
    }

    // ------------------------------------------------------------------ a case's fields as a message

    private static Versions versions(JsonNode fields) {
        int protocol = fields.get("content").asText().equals("control") ? 3 : fields.path("protocol").asInt(0);
        return new Versions(fields.path("interface").asInt(0), protocol);
    }

    private static ProviderRequest buildRequest(JsonNode fields) {
        Versions versions = versions(fields);
        return switch (fields.get("content").asText()) {
            case "connect" -> new ProviderRequest.Connect(versions, id(fields.get("connectionId")),
                    fields.get("remoteAddress").asText(), fields.get("returnAddress").isNull() ? Optional.empty()
                    : Optional.of(MixnetAddress.parse(fields.get("returnAddress").asText())));
            case "send" -> new ProviderRequest.Send(versions, socket(fields.get("socket")));
            case "query" -> new ProviderRequest.Query(versions, switch (fields.get("query").asText()) {
                case "OpenProxy" -> ProviderRequest.Query.Question.OPEN_PROXY;
                case "Description" -> ProviderRequest.Query.Question.DESCRIPTION;
                case "ExitPolicy" -> ProviderRequest.Query.Question.EXIT_POLICY;
                default -> fail(fields.toString());
            });
            case "control" -> new ProviderRequest.Control(versions, switch (fields.get("request").asText()) {
                case "Health" -> ProviderRequest.Control.Question.HEALTH;
                case "BinaryInfo" -> ProviderRequest.Control.Question.BINARY_INFO;
                case "SupportedRequestVersions" -> ProviderRequest.Control.Question.SUPPORTED_VERSIONS;
                default -> fail(fields.toString());
            });
            default -> fail(fields.toString());
        };
    }

    private static ProviderResponse buildResponse(JsonNode fields) throws WireException {
        Versions versions = versions(fields);
        return switch (fields.get("content").asText()) {
            case "networkData" ->
                    new ProviderResponse.NetworkData(versions, socket(fields.get("socket")));
            case "connectionError" -> new ProviderResponse.ConnectionError(versions, id(fields.get("connectionId")),
                    fields.get("message").asText());
            case "query" -> new ProviderResponse.Answer(versions, answer(fields.get("response")));
            case "control" -> new ProviderResponse.Control(versions, control(fields.get("response")));
            default -> fail(fields.toString());
        };
    }

    private static ProviderResponse.QueryAnswer answer(JsonNode response) throws WireException {
        String kind = response.fieldNames().next();
        JsonNode value = response.get(kind);
        return switch (kind) {
            case "OpenProxy" -> new ProviderResponse.OpenProxy(value.asBoolean());
            case "Description" -> new ProviderResponse.Description(value.asText());
            case "ExitPolicy" -> new ProviderResponse.Policy(value.get("enabled").asBoolean(),
                    value.get("upstream").asText(),
                    value.get("policy").isNull() ? Optional.empty() : Optional.of(policy(value.get("policy"))));
            case "Error" -> new ProviderResponse.QueryError(value.get("message").asText());
            default -> fail(kind);
        };
    }

    private static ExitPolicy policy(JsonNode policy) {
        List<ExitPolicy.Rule> rules = new ArrayList<>();
        for (JsonNode rule : policy.get("rules")) {
            JsonNode pattern = rule.get("pattern");
            rules.add(new ExitPolicy.Rule(
                    ExitPolicy.Action.valueOf(rule.get("action").asText().toUpperCase(Locale.ROOT)),
                    AddressPattern.parse(pattern.get("ip_pattern").asText()),
                    pattern.get("ports").get("start").asInt(), pattern.get("ports").get("end").asInt()));
        }
        return new ExitPolicy(rules);
    }

    private static ProviderResponse.ControlAnswer control(JsonNode response) throws WireException {
        if (response.isTextual()) {
            assertEquals("Health", response.asText());
            return new ProviderResponse.Health();
        }
        String kind = response.fieldNames().next();
        JsonNode value = response.get(kind);
        return switch (kind) {
            case "BinaryInfo" -> {
                Map<String, String> build = new LinkedHashMap<>();
                ProviderResponse.BinaryInfo.BUILD_KEYS.forEach(
                        key -> build.put(key, value.get("build_information").get(key).asText()));
                yield new ProviderResponse.BinaryInfo(value.get("binary_name").asText(), build);
            }
            case "SupportedRequestVersions" -> {
                assertEquals("{\"type\":\"Versioned\",\"version\":3}", value.get("interface_version").asText());
                assertEquals("{\"type\":\"Versioned\",\"version\":3}", value.get("provider_version").asText());
                yield new ProviderResponse.SupportedVersions(3, 3);
            }
            case "Error" -> new ProviderResponse.ControlError(value.get("message").asText());
            default -> fail(kind);
        };
    }

    private static long id(JsonNode decimal) {
        return new BigInteger(decimal.asText()).longValue();
    }

    private static StreamData socket(JsonNode socket) {
        return new StreamData(id(socket.get("connectionId")),
                socket.get("closed").asBoolean() ? 1 : 0,
                id(socket.get("seq")), Vectors.bytes(socket.get("data")));
    }

    // ------------------------------------------------------------------ a message compared with a case's fields

    private static void check(JsonNode fields, ProviderRequest parsed) {
        assertEquals(versions(fields), parsed.versions());
        if (parsed instanceof ProviderRequest.Send(Versions ignored, StreamData data)) {
            check(fields.get("socket"), data);
        } else {
            assertEquals(buildRequest(fields), parsed);
        }
    }

    private static void check(JsonNode fields, ProviderResponse parsed) throws WireException {
        assertEquals(versions(fields), parsed.versions());
        if (parsed instanceof ProviderResponse.NetworkData(Versions ignored, StreamData data)) {
            check(fields.get("socket"), data);
        } else {
            assertEquals(buildResponse(fields), parsed);
        }
    }

    private static void check(JsonNode socket, StreamData data) {
        assertEquals(id(socket.get("connectionId")), data.connectionId());
        assertEquals(socket.get("closed").asBoolean(), data.isLast());
        assertEquals(id(socket.get("seq")), data.sequence());
        assertEquals(true, Vectors.matches(socket.get("data"), data.data()), "data");
    }
}
