import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;

/**
 * Makes a state as it is after kill -9: two messages that arrived and nobody took, reply keys and reply blocks, one
 * message on its way. Its class path is that of the version whose state it is to be; "make" beside it starts it.
 */
final class KeptState {

    private static final int REPLY_SURBS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** @param arguments folder of the state, file for what is in it */
    public static void main(String[] arguments) throws Exception {
        MixnetClient client = MixnetClient.builder().part("cover", "none", java.util.Map.of())
                .state(Path.of(arguments[0])).start();
        client.awaitReady(PATIENCE);
        CountDownLatch arrived = new CountDownLatch(2);
        AtomicReference<SenderTag> sender = new AtomicReference<>();
        CountDownLatch asked = new CountDownLatch(1);
        client.intercept(message -> {
            if (arrived.getCount() > 0) {
                arrived.countDown();
            }
            message.sender().ifPresent(tag -> {
                sender.set(tag);
                asked.countDown();
            });
            return false;
        });
        SendOptions options = SendOptions.DEFAULT.withReplySurbs(REPLY_SURBS);
        client.send(client.address(), "a question that waits".getBytes(StandardCharsets.UTF_8), options).outcome()
                .get();
        asked.await();
        client.reply(sender.get(), "an answer that waits".getBytes(StandardCharsets.UTF_8)).outcome().get();
        arrived.await();
        // Until what removed rows is written, so that the state is not that of an instant.
        client.send(client.address(), new byte[0]).outcome().get();
        client.send(client.address(), "on its way ".repeat(300).getBytes(StandardCharsets.UTF_8)).stored().get();
        Properties contents = new Properties();
        contents.setProperty("at", Instant.now().toString());
        contents.setProperty("address", client.address().toString());
        contents.setProperty("reply-blocks-made", client.counters().get("surbs.made").toString());
        contents.setProperty("sender", sender.get().toString());
        try (OutputStream out = new FileOutputStream(arguments[1])) {
            contents.store(out, null);
        }
        Runtime.getRuntime().halt(0);
    }
}
