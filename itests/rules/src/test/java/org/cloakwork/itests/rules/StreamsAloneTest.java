package org.cloakwork.itests.rules;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ordered bytes for front-ends of others: a carrier of their own, with the api and the streams and nothing else. */
class StreamsAloneTest {

    private static final String SOURCE = """
            package org.example.pipe;

            import java.util.concurrent.CompletableFuture;
            import org.cloakwork.api.Delivery;
            import org.cloakwork.api.Outcome;
            import org.cloakwork.api.StreamException;
            import org.cloakwork.streams.ByteBudget;
            import org.cloakwork.streams.Carrier;
            import org.cloakwork.streams.End;
            import org.cloakwork.streams.MessageStream;
            import org.cloakwork.streams.StreamLimits;

            public final class Pipe implements Carrier {

                private record Arrived(CompletableFuture<Outcome> outcome) implements Delivery {
                    @Override
                    public CompletableFuture<Void> stored() {
                        return CompletableFuture.completedFuture(null);
                    }
                    @Override
                    public Progress progress() {
                        return new Progress(1, 1, 0);
                    }
                }

                private MessageStream other;

                private static Delivery arrived() {
                    return new Arrived(CompletableFuture.completedFuture(
                            new Outcome.Acknowledged(1, 0, java.time.Duration.ZERO)));
                }

                @Override
                public Delivery send(long sequence, End end, byte[] data) {
                    switch (other.received(sequence, end, data)) {
                        case NEXT, EARLY -> { }
                        default -> throw new IllegalStateException();
                    }
                    return arrived();
                }

                @Override
                public Delivery window(long limitBytes, long newBytes) {
                    other.windowReceived(limitBytes);
                    return arrived();
                }

                @Override
                public void broken(StreamException why) {
                    throw new IllegalStateException(why);
                }

                public static byte[] through(byte[] bytes) throws Exception {
                    ByteBudget budget = new ByteBudget(1 << 20);
                    Pipe there = new Pipe();
                    Pipe back = new Pipe();
                    MessageStream near = new MessageStream(there, StreamLimits.DEFAULT, budget, System::nanoTime);
                    MessageStream far = new MessageStream(back, StreamLimits.DEFAULT, budget, System::nanoTime);
                    there.other = far;
                    back.other = near;
                    near.output().write(bytes);
                    near.output().close();
                    byte[] read = far.input().readAllBytes();
                    far.output().close();
                    near.input().readAllBytes();
                    if (!near.isDone() || !far.isDone()) {
                        throw new IllegalStateException("not done");
                    }
                    return read;
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void aCarrierOfOthersNeedsTheApiAndTheStreamsAndNothingElse() throws Exception {
        List<Path> jars = List.of(Jars.API, Jars.all().stream()
                .filter(jar -> jar.endsWith("org.cloakwork.streams.jar")).findFirst().orElseThrow());
        Path source = Files.writeString(folder.resolve("Pipe.java"), SOURCE);
        DiagnosticCollector<JavaFileObject> faults = new DiagnosticCollector<>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(faults, null, null)) {
            boolean compiled = compiler.getTask(null, files, faults, List.of("--release", "21", "-proc:none", "-cp",
                    jars.get(0) + System.getProperty("path.separator") + jars.get(1), "-d", folder.toString()), null,
                    files.getJavaFileObjects(source)).call();
            assertEquals(true, compiled, () -> faults.getDiagnostics().toString());
        }
        URL[] all = {folder.toUri().toURL(), jars.get(0).toUri().toURL(), jars.get(1).toUri().toURL()};
        try (URLClassLoader classes = new URLClassLoader(all, ClassLoader.getPlatformClassLoader())) {
            byte[] bytes = "in order".repeat(2000).getBytes(US_ASCII);
            byte[] read = (byte[]) classes.loadClass("org.example.pipe.Pipe").getMethod("through", byte[].class)
                    .invoke(null, (Object) bytes);
            assertEquals(new String(bytes, US_ASCII), new String(read, US_ASCII));
        }
    }
}
