package org.cloakwork.store.mvstore;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.store.StoreProvider;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** One folder for each client, with an H2 MVStore file and a lock in it. */
@Component(service = StoreProvider.class, configurationPid = "org.cloakwork.store",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Cloakwork(part = "store", name = "mvstore")
@Designate(ocd = MvStoreProvider.Configuration.class)
public final class MvStoreProvider implements StoreProvider {

    static final Randomness RANDOMNESS = new SecureRandom()::nextBytes;
    private static final int DEFAULT_LIMIT_MIB = 512;
    private static final int MIB = 1024 * 1024;

    private final Path directory;
    private final long limitBytes;
    private Optional<Passphrase> passphrase = Optional.empty();

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork store", description = "Keeps what clients must not forget.")
    public @interface Configuration {

        /** {@return the folder} */
        @AttributeDefinition(name = "Directory", description = "Has a folder for each client; made if it is not there.")
        String directory();

        /** {@return the limit} */
        @AttributeDefinition(name = "Limit (MiB)", min = "1", max = "65536",
                description = "What the rows of one client may hold, 1 to 65536.")
        int limit$_$mib() default DEFAULT_LIMIT_MIB;
    }

    /** @param properties of the component */
    @Activate
    public MvStoreProvider(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        String allowed = "the path of a folder";
        String text = configuration.text("directory", allowed);
        try {
            directory = Path.of(text).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw configuration.wrong("directory", '"' + text + '"', allowed);
        }
        limitBytes = (long) configuration.integer("limit-mib", DEFAULT_LIMIT_MIB, 1, 65_536) * MIB;
        configuration.verify();
    }

    MvStoreProvider(Path directory, long limitBytes) {
        this.directory = directory;
        this.limitBytes = limitBytes;
    }

    /** @param given what stores are kept under from now on */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL)
    void setPassphrase(Passphrase given) {
        passphrase = Optional.of(given);
    }

    @Override
    public ClientStore open(String client) throws StoreException {
        if (!client.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("a client's name has 1 to 64 letters, digits, '-' or '_', unlike \""
                    + client + '"');
        }
        return MvClientStore.open(directory.resolve(client), limitBytes, passphrase, RANDOMNESS);
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<StoreProvider> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(MvStoreProvider.class, MvStoreProvider::new);
        }
    }
}
