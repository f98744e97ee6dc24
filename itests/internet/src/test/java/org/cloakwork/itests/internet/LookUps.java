package org.cloakwork.itests.internet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The resolver of this process. Names below {@link #DOMAIN} are this machine if the exit asks; everybody else's
 * questions are recorded, and fail for those names.
 */
public final class LookUps extends InetAddressResolverProvider {

    private static final String DOMAIN = ".only-the-exit.test";
    private static final List<String> BY_OTHERS = new CopyOnWriteArrayList<>();
    private static final AtomicLong BY_THE_EXIT = new AtomicLong();
    private static final AtomicLong NUMBER = new AtomicLong();

    /** {@return a name that was never asked for, so that no cache knows it} */
    static String freshName() {
        return "n" + NUMBER.incrementAndGet() + DOMAIN;
    }

    /** {@return what was asked for on threads that are not the exit's} */
    static List<String> byOthers() {
        return List.copyOf(BY_OTHERS);
    }

    static long byTheExit() {
        return BY_THE_EXIT.get();
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver system = configuration.builtinResolver();
        return new InetAddressResolver() {

            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                boolean exit = StackWalker.getInstance().walk(frames -> frames.anyMatch(frame ->
                        frame.getClassName().startsWith("org.cloakwork.frontend.exit.")));
                if (exit) {
                    BY_THE_EXIT.incrementAndGet();
                } else {
                    BY_OTHERS.add(host);
                }
                if (!host.endsWith(DOMAIN)) {
                    return system.lookupByName(host, policy);
                }
                if (!exit) {
                    throw new UnknownHostException(host);
                }
                return Stream.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}));
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return system.lookupByAddress(address);
            }
        };
    }

    @Override
    public String name() {
        return "recorded look-ups";
    }
}
