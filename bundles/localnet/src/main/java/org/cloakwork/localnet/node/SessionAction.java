package org.cloakwork.localnet.node;

import java.time.Duration;
import org.cloakwork.wire.MixPacket;

/** What is to be done for a {@link GatewaySession}. */
sealed interface SessionAction {

    /** Send a text frame. */
    record Send(String text) implements SessionAction {
    }

    /** Send a ping. */
    record Ping(byte[] payload) implements SessionAction {
    }

    /** Send a packet into the mixnet. */
    record Forward(MixPacket packet) implements SessionAction {
    }

    /**
     * Hand over what waits in the inbox of the {@link GatewaySession#client}, each {@link GatewaySession#seal sealed},
     * in a binary frame.
     */
    record Fetch() implements SessionAction {
    }

    /** Start the timer, instead of one that runs. */
    record SetTimer(Duration duration, int id) implements SessionAction {
    }

    /** Stop the timer. */
    record ClearTimer() implements SessionAction {
    }

    /**
     * Tell another session; if it is gone, a {@link SessionEvent.Probe} is answered with a
     * {@link SessionEvent.Verdict} of not alive.
     */
    record Tell(GatewaySession other, SessionEvent event) implements SessionAction {
    }

    /** Close the link when everything is sent. Nothing follows. */
    record End() implements SessionAction {
    }
}
