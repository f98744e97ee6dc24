package org.cloakwork.topology.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.KnownExit;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.TextFile;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.topology.RoutableTopology;
import org.cloakwork.wire.topology.TopologyJson;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Reads the file of {@code nym-client --custom-mixnet}, anew at each question, so that a changed file takes effect.
 * Source: protocol/7-network, 1.1.
 */
@Component(service = TopologyProvider.class, configurationPid = "org.cloakwork.topology.file",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Cloakwork(part = "topology", name = "file")
@Designate(ocd = FileTopology.Configuration.class)
public final class FileTopology implements TopologyProvider {

    static final int MAX_FILE_BYTES = 16 * 1024 * 1024;


    private final Path path;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork topology: file", description = "Takes the network from a file.")
    public @interface Configuration {

        /** {@return the file} */
        @AttributeDefinition(name = "Path",
                description = "File in the form of nym-client's --custom-mixnet, at most 16 MiB; "
                        + "\"exits\" in it, if it is there, names exits.")
        String path();
    }

    /** @param properties of the component */
    @Activate
    public FileTopology(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        String allowed = "the path of a topology file";
        String text = configuration.text("path", allowed);
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            throw configuration.wrong("path", '"' + text + '"', allowed);
        }
        configuration.verify();
    }

    @Override
    public CompletableFuture<Topology> fetch() {
        return read(bytes -> RoutableTopology.require(TopologyJson.read(bytes, Instant.now())));
    }

    @Override
    public CompletableFuture<List<KnownExit>> exits() {
        return read(TopologyJson::readExits);
    }

    /** Understands the file. */
    @FunctionalInterface
    private interface Reader<T> {

        T read(byte[] bytes) throws WireException;
    }

    private <T> CompletableFuture<T> read(Reader<T> reader) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.ofVirtual().name("cloakwork-topology-file").start(() -> {
            try {
                answer.complete(reader.read(bytes()));
            } catch (NoSuchFileException e) {
                answer.completeExceptionally(new TopologyException(path + ": no such file", e));
            } catch (TextFile.NotTextException e) {
                answer.completeExceptionally(new TopologyException(path + ": " + e.getMessage(), e));
            } catch (IOException e) {
                answer.completeExceptionally(new TopologyException(path + ": cannot be read: " + e, e));
            } catch (WireException e) {
                answer.completeExceptionally(new TopologyException(path + ": " + e.getMessage(), e));
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(new TopologyException(path + ": " + e, e));
            }
        });
        return answer;
    }

    private byte[] bytes() throws IOException, WireException {
        // A pipe or device could keep its reader waiting for ever.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new WireException("not a regular file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new WireException("larger than " + MAX_FILE_BYTES + " bytes");
            }
            // Without the byte-order mark that some editors write, which JSON does not have.
            return TextFile.text(bytes).getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<TopologyProvider> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(FileTopology.class, FileTopology::new);
        }
    }
}
