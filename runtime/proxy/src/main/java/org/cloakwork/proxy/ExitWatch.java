package org.cloakwork.proxy;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.Versions;

/**
 * Whether the exit is still there that connections go through. One that says nothing for a while is asked: a site may
 * be silent for as long as it likes, an exit of ours answers questions. One that answers none of several is gone. Has
 * no thread of its own. Safe for use by many threads.
 */
public final class ExitWatch {

    private static final int SURBS = 3;
    private static final int MILLIS_PER_SECOND = 1000;

    /**
     * How long an exit has.
     *
     * @param quiet after so long without a word it is asked
     * @param again and each time so long after that
     * @param gone  after so long without a word it is gone
     */
    public record Patience(Duration quiet, Duration again, Duration gone) {

        /** Half a minute, and four questions in another half. */
        public static final Patience DEFAULT =
                new Patience(Duration.ofSeconds(30), Duration.ofSeconds(8), Duration.ofSeconds(60));

        /** {@return questions in all that time} */
        private long questions() {
            return (gone.toNanos() - quiet.toNanos() + again.toNanos() - 1) / again.toNanos();
        }
    }

    private final MixnetClient client;
    private final MixnetAddress exit;
    private final String names;
    private final long lane;
    private final Patience patience;
    private final LongSupplier nanoTime;
    private long heardNanos;
    private long nextNanos;
    /** Since then: time may have stood still for us, and then it had none. */
    private int asked;
    /** One of the questions since then has reached its gateway, so that our side works. */
    private boolean reached;
    private boolean wasReady;
    private long questions;

    /**
     * @param client    asks
     * @param exit      whom
     * @param names     begins the name of everybody that the exit thinks a question is from; nobody else's. Each
     *                  question is from somebody else: one name for all of them would join what connections keep apart
     * @param lane      of the questions, which must not queue behind bytes
     * @param patience  with it
     * @param nanoTime  monotonic time
     */
    public ExitWatch(MixnetClient client, MixnetAddress exit, String names, long lane, Patience patience,
                     LongSupplier nanoTime) {
        this.client = client;
        this.exit = exit;
        this.names = names;
        this.lane = lane;
        this.patience = patience;
        this.nanoTime = nanoTime;
        heard();
    }

    /** The exit has said something. */
    public synchronized void heard() {
        heardNanos = nanoTime.getAsLong();
        nextNanos = heardNanos + patience.quiet().toNanos();
        asked = 0;
        reached = false;
    }

    /**
     * @param message that came
     * @return whether it answers a question of this watch
     */
    public boolean received(ReceivedMessage message) {
        boolean ours = message.origin() instanceof ReceivedMessage.Answer answer
                && answer.isolation().filter(name -> name.startsWith(names)).isPresent()
                && answer.isOf(exit, answer.isolation());
        if (ours) {
            heard();
        }
        return ours;
    }

    /**
     * To be called several times a second.
     *
     * @param used whether there are connections of which is known that the exit answers questions
     * @return whether the exit is gone; once, then it has all the time again
     */
    public boolean tick(boolean used) {
        boolean ready = client.state() instanceof ClientState.Ready;
        String name;
        long since;
        synchronized (this) {
            // Nobody is to blame for what could not come.
            if (!used || ready && !wasReady) {
                heard();
            }
            wasReady = ready;
            long now = nanoTime.getAsLong();
            if (now - heardNanos >= patience.gone().toNanos() && asked >= patience.questions()
                    && (ready || reached)) {
                heard();
                return true;
            }
            if (now - nextNanos < 0) {
                return false;
            }
            nextNanos = now + patience.again().toNanos();
            name = names + ' ' + questions++;
            asked++;
            since = heardNanos;
        }
        ask(name, since);
        return false;
    }

    private void ask(String name, long since) {
        client.send(exit, new ProviderRequest.Query(Versions.CURRENT, ProviderRequest.Query.Question.OPEN_PROXY)
                .bytes(), SendOptions.DEFAULT.withIsolation(name).withLane(lane).withReplySurbs(SURBS)
                .withDeadline(patience.gone())).outcome().thenAccept(outcome -> {
                    if (outcome instanceof Outcome.Acknowledged) {
                        reached(since);
                    }
                });
    }

    private synchronized void reached(long since) {
        reached |= since == heardNanos;
    }

    /** {@return what shows that it is gone, for people} */
    public String reason() {
        return "it has said nothing for " + patience.gone().toMillis() / MILLIS_PER_SECOND + " s";
    }
}
