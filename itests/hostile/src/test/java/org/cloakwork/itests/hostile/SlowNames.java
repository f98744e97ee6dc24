package org.cloakwork.itests.hostile;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The system's resolver, but that names in {@code *.slowN.test} are not answered before a test lets them be: whoever
 * asks is in native code meanwhile, as it is with a name server that says nothing.
 */
public final class SlowNames extends InetAddressResolverProvider {

    private static final String SLOW = ".*\\.slow[0-9]+\\.test";
    private static final Path PIPE = Path.of(System.getProperty("java.io.tmpdir"),
            "slow-names-" + ProcessHandle.current().pid());
    private static final AtomicInteger WAITING = new AtomicInteger();

    /** Nobody is answered until {@link #answer}. */
    static void hold() throws Exception {
        Files.deleteIfExists(PIPE);
        if (new ProcessBuilder("mkfifo", PIPE.toString()).inheritIO().start().waitFor() != 0) {
            throw new IOException("no pipe " + PIPE);
        }
    }

    /** {@return how many ask at this moment} */
    static int waiting() {
        return WAITING.get();
    }

    /** Everybody is told that there is no such name, from now on. */
    static void answer() throws IOException, InterruptedException {
        try (FileOutputStream end = new FileOutputStream(PIPE.toFile())) {
            // A byte for each.
            end.write(new byte[WAITING.get()]);
            Waiting.await(() -> WAITING.get() == 0, "an end of look-ups");
        }
        Files.delete(PIPE);
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver system = configuration.builtinResolver();
        return new InetAddressResolver() {

            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                if (!host.matches(SLOW)) {
                    return system.lookupByName(host, policy);
                }
                WAITING.incrementAndGet();
                try (FileInputStream in = new FileInputStream(PIPE.toFile())) {
                    in.read();
                } catch (IOException e) {
                    // the test is over
                } finally {
                    WAITING.decrementAndGet();
                }
                throw new UnknownHostException(host);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return system.lookupByAddress(address);
            }
        };
    }

    @Override
    public String name() {
        return "slow names";
    }
}
