package org.cloakwork.launcher.demo;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.Subscription;

/** Alice writes to bob now and then, and he answers, so that there is something to watch. */
final class DemoTalk implements AutoCloseable {

    /** What bob's answers begin with. */
    static final String ANSWER = "bob got ";

    private static final int EVERY_MILLIS = 1500;
    private static final int REPLY_SURBS = 3;
    private static final int[] BYTES = {40, 300, 2_000, 12_000};

    private final MixnetClient alice;
    private final MixnetClient bob;
    private final Random random = new Random();
    private final Subscription answers;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("demo-talk").factory());

    DemoTalk(MixnetClient alice, MixnetClient bob) {
        this.alice = alice;
        this.bob = bob;
        // What others write to alice waits for whoever asks for it.
        answers = alice.intercept(message -> message.text().startsWith(ANSWER));
        thread.scheduleWithFixedDelay(this::write, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void write() {
        byte[] text = new byte[BYTES[random.nextInt(BYTES.length)]];
        random.nextBytes(text);
        alice.send(bob.address(), text, SendOptions.DEFAULT.withReplySurbs(REPLY_SURBS));
    }

    @Override
    public void close() {
        thread.shutdownNow();
        answers.close();
    }
}
