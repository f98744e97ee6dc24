package org.cloakwork.api;

import java.time.Duration;

/** How a message ended. */
public sealed interface Outcome {

    /**
     * Every packet was acknowledged by the recipient's gateway, which hands it to the recipient or keeps it for 24
     * hours.
     *
     * @param packets         data packets the message was cut into
     * @param retransmissions packets that had to be sent again
     * @param elapsed         from the call until the last acknowledgement
     */
    record Acknowledged(int packets, int retransmissions, Duration elapsed) implements Outcome {
    }

    /**
     * The message was given up; parts of it may have arrived.
     *
     * @param reason for programs
     * @param detail for people; carries no address and no payload
     */
    record Failed(FailureReason reason, String detail) implements Outcome {
    }
}
