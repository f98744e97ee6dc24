package org.cloakwork.itests.services;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetAddress;

/** The resolver of this process, which notes what it should not be asked. */
public final class LookUps extends InetAddressResolverProvider {

    private static final List<String> OF_THE_MIXNET = new CopyOnWriteArrayList<>();

    static List<String> ofTheMixnet() {
        return List.copyOf(OF_THE_MIXNET);
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver system = configuration.builtinResolver();
        return new InetAddressResolver() {

            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                if (MixnetAddress.isHostName(host)) {
                    OF_THE_MIXNET.add(host);
                    throw new UnknownHostException(host);
                }
                return system.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return system.lookupByAddress(address);
            }
        };
    }

    @Override
    public String name() {
        return "noted look-ups";
    }
}
