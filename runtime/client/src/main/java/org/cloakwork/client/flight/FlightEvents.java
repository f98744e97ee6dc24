package org.cloakwork.client.flight;

import java.util.OptionalLong;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.cloakwork.api.Outcome;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Stages;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events of the JDK's flight recorder, off unless a recording asks for them by name, as {@code etc/cloakwork.jfc} does.
 * Off, an event costs a comparison. What they tell is when and how much somebody sends, and no more.
 */
public final class FlightEvents implements Stages {

    private static final long NOT_REACHED = Long.MIN_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(FlightEvents.class);

    private final String client;
    private volatile boolean isOff;

    private FlightEvents(String client) {
        this.client = client;
    }

    /**
     * @param client its name, which each event tells
     * @return where the JDK has no flight recorder: {@link Stages#NONE}
     */
    public static Stages of(String client) {
        try {
            new Seal().isEnabled();
            return new FlightEvents(client);
        } catch (LinkageError e) {
            LOG.debug("no events for the flight recorder", e);
            return NONE;
        }
    }

    /**
     * The recorder writes into these classes references to its own, which OSGi must let them have (boot delegation of
     * jdk.jfr.internal.*); where it does not, the client goes on.
     */
    private void turnOff(LinkageError e) {
        isOff = true;
        LOG.warn("no events for the flight recorder: {}", e.toString());
    }

    /** What all of them have. */
    @Category("Cloakwork")
    @Enabled(false)
    @StackTrace(false)
    abstract static class OfClient extends Event {

        @Label("Client")
        String client;
    }

    /** A worker cuts and encrypts a message. */
    @Name("org.cloakwork.Encode")
    @Label("Encode")
    @Description("A worker cuts a message into fragments and encrypts it to its recipient")
    static final class Encode extends OfClient {
    }

    /** A worker makes packets. */
    @Name("org.cloakwork.Seal")
    @Label("Seal")
    @Description("A worker makes Sphinx packets, many at a time")
    static final class Seal extends OfClient {

        @Label("Packets")
        int packets;

        @Label("Cover")
        boolean cover;
    }

    /** A packet left. */
    @Name("org.cloakwork.Sent")
    @Label("Sent")
    @Description("A packet left for the gateway for the first time")
    static final class Sent extends OfClient {

        @Label("Cover")
        boolean cover;
    }

    /** A further copy left. */
    @Name("org.cloakwork.Retransmitted")
    @Label("Retransmitted")
    @Description("A further copy of a packet left for the gateway")
    static final class Retransmitted extends OfClient {
    }

    /** An acknowledgement came. */
    @Name("org.cloakwork.Acknowledged")
    @Label("Acknowledged")
    @Description("The acknowledgement of a packet of a message came")
    static final class Acknowledged extends OfClient {

        @Label("Since it left")
        @Description("Since it left for the first time")
        @Timespan(Timespan.NANOSECONDS)
        long sinceSent;

        @Label("Transmissions")
        int transmissions;
    }

    /** A packet came. */
    @Name("org.cloakwork.Received")
    @Label("Received")
    @Description("A packet of somebody's message came, or cover of our own came back")
    static final class Received extends OfClient {

        @Label("Cover")
        boolean cover;
    }

    /** Something was dropped. */
    @Name("org.cloakwork.Dropped")
    @Label("Dropped")
    @Description("Something was dropped; the reason is the name of its counter")
    static final class Dropped extends OfClient {

        @Label("Reason")
        String reason;

        @Label("Count")
        @Description("How many were dropped at once")
        long count;
    }

    /** A session began or was lost. */
    @Name("org.cloakwork.Session")
    @Label("Session")
    @Description("A session with the gateway was opened, or ended without being asked to")
    static final class Session extends OfClient {

        @Label("Open")
        boolean open;
    }

    /** A message ended. */
    @Name("org.cloakwork.Message")
    @Label("Message")
    @Description("A message ended; times are since it was accepted")
    static final class Message extends OfClient {

        @Label("Packets")
        int packets;

        @Label("Further copies")
        int copies;

        @Label("Sealed")
        @Timespan(Timespan.NANOSECONDS)
        long sealed;

        @Label("Sent")
        @Timespan(Timespan.NANOSECONDS)
        long sent;

        @Label("Ended")
        @Timespan(Timespan.NANOSECONDS)
        long ended;

        @Label("Outcome")
        @Description("ACKNOWLEDGED, or why it failed")
        String outcome;
    }

    @Override
    public Span begin(Work what, int packets) {
        if (isOff) {
            return Span.NONE;
        }
        try {
            OfClient event = what == Work.ENCODE ? new Encode() : seal(packets, what == Work.COVER);
            if (!event.isEnabled()) {
                return Span.NONE;
            }
            event.begin();
            return () -> commit(event);
        } catch (LinkageError e) {
            turnOff(e);
            return Span.NONE;
        }
    }

    private static Seal seal(int packets, boolean cover) {
        Seal event = new Seal();
        event.packets = packets;
        event.cover = cover;
        return event;
    }

    private void commit(OfClient event) {
        if (event.shouldCommit()) {
            event.client = client;
            event.commit();
        }
    }

    @Override
    public void counted(Counter counter, long amount) {
        if (!isOff) {
            try {
                tell(counter, amount);
            } catch (LinkageError e) {
                turnOff(e);
            }
        }
    }

    private void tell(Counter counter, long amount) {
        switch (counter) {
            case PACKETS_DATA -> sent(false);
            case PACKETS_COVER -> sent(true);
            case PACKETS_RETRANSMITTED -> commit(new Retransmitted());
            case RECEIVED_FRAGMENTS -> received(false);
            case RECEIVED_COVER -> received(true);
            case SESSIONS_OPENED -> session(true);
            case SESSIONS_LOST -> session(false);
            default -> {
                if (counter.isDrop()) {
                    Dropped event = new Dropped();
                    event.reason = counter.key();
                    event.count = amount;
                    commit(event);
                }
            }
        }
    }

    private void sent(boolean cover) {
        Sent event = new Sent();
        event.cover = cover;
        commit(event);
    }

    private void received(boolean cover) {
        Received event = new Received();
        event.cover = cover;
        commit(event);
    }

    private void session(boolean open) {
        Session event = new Session();
        event.open = open;
        commit(event);
    }

    @Override
    public void acknowledged(long nanos, int transmissions) {
        if (!isOff) {
            try {
                Acknowledged event = new Acknowledged();
                event.sinceSent = nanos;
                event.transmissions = transmissions;
                commit(event);
            } catch (LinkageError e) {
                turnOff(e);
            }
        }
    }

    @Override
    public void ended(Ended message) {
        if (!isOff) {
            try {
                tell(message);
            } catch (LinkageError e) {
                turnOff(e);
            }
        }
    }

    private void tell(Ended message) {
        Message event = new Message();
        if (event.shouldCommit()) {
            event.packets = message.packets();
            event.copies = message.copies();
            event.sealed = nanos(message.sealedNanos());
            event.sent = nanos(message.sentNanos());
            event.ended = message.elapsedNanos();
            event.outcome = switch (message.outcome()) {
                case Outcome.Acknowledged ignored -> "ACKNOWLEDGED";
                case Outcome.Failed failed -> failed.reason().name();
            };
            commit(event);
        }
    }

    /** The recorder's own value for a time span that there is none of. */
    private static long nanos(OptionalLong nanos) {
        return nanos.orElse(NOT_REACHED);
    }
}
