package org.cloakwork.itests.fuzz;

import java.net.InetAddress;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/** Nothing that is read may be looked up: whoever wrote it would see who asks. */
public final class NoLookups extends InetAddressResolverProvider {

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return new InetAddressResolver() {

            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) {
                throw new AssertionError("\"" + host + "\" is looked up");
            }

            @Override
            public String lookupByAddress(byte[] address) {
                throw new AssertionError("an address is looked up");
            }
        };
    }

    @Override
    public String name() {
        return "none";
    }
}
