package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gateway's error forges lines of the client's own, and gives a terminal commands. */
@Timeout(120)
class R6ForgedLinesIT {

    private static final String FORGED =
            "{\"type\":\"error\",\"message\":\"no\\r\\naddress forged\\nready\\u001b[2J\\u009b2J\\u202e\\u2028\"}";

    @Test
    void whatAGatewaySaysIsOneLineOfVisibleCharacters() throws Exception {
        byte[] text = FORGED.getBytes(StandardCharsets.UTF_8);
        try (LocalNetwork network = LocalNetwork.builder().gateways(1).start();
             RawPeer gateway = new RawPeer(line -> {
                 line.acceptWebSocket();
                 line.sayFrameHeader(0x81, text.length, false);
                 line.say(text);
                 line.awaitEnd();
             });
             HostileDirectory directory = new HostileDirectory(network.directory(), (ArrayNode gateways) ->
                     gateways.forEach(one -> HostileDirectory.entry(one).put("ws_port", gateway.port())));
             MixnetClient client = MixnetClient.builder().directory(directory.uri())
                     .part("cover", "none", Map.of()).start()) {
            BlockingQueue<ClientState> states = new LinkedBlockingQueue<>();
            client.onState(states::add);
            String state;
            do {
                state = states.poll(60, TimeUnit.SECONDS).toString();
                assertEquals(-1, state.codePoints().filter(R6ForgedLinesIT::isInvisible).findFirst().orElse(-1), state);
            } while (!state.contains("forged"));
            System.out.println("R6 " + state);
            assertTrue(state.contains("no??address forged?ready?[2J?2J??"), state);
        }
    }

    private static boolean isInvisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
