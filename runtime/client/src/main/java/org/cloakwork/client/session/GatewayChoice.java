package org.cloakwork.client.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.cloakwork.api.IdentityKey;

/**
 * What became of one candidate when a gateway was chosen.
 *
 * @param gateway     the candidate
 * @param connectTime how long it took to connect, if that was measured
 * @param rejection   why it cannot be used, for people; empty: it can
 */
record GatewayChoice(IdentityKey gateway, Optional<Duration> connectTime, Optional<String> rejection) {

    private static final int MOST_NAMED = 5;

    static GatewayChoice rejected(IdentityKey gateway, String reason) {
        return new GatewayChoice(gateway, Optional.empty(), Optional.of(reason));
    }

    static GatewayChoice usable(IdentityKey gateway, Optional<Duration> connectTime) {
        return new GatewayChoice(gateway, connectTime, Optional.empty());
    }

    boolean isUsable() {
        return rejection.isEmpty();
    }

    /** {@return the rejected ones with their reasons, for people} */
    static String rejections(List<GatewayChoice> choices) {
        List<GatewayChoice> rejected = choices.stream().filter(choice -> !choice.isUsable()).toList();
        String named = rejected.stream().limit(MOST_NAMED)
                .map(choice -> choice.gateway() + ": " + choice.rejection().orElseThrow())
                .collect(Collectors.joining(", "));
        return rejected.size() <= MOST_NAMED ? named : named + " and " + (rejected.size() - MOST_NAMED) + " more";
    }
}
