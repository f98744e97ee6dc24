package org.cloakwork.launcher.commands;

import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Optional;
import javax.crypto.KeyAgreement;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.spi.runtime.OwnFiles;
import org.cloakwork.spi.runtime.TextFile;

/** {@code cloakwork key}: a key pair that a caller comes in with. */
public final class KeyCommand implements Command {

    private static final int MAX_FILE_BYTES = 4096;

    private final PrintStream out;

    public KeyCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return "key";
    }

    @Override
    public String description() {
        return "make a key pair to come in with at services, and print its public half; of a file that is there, print "
                + "that";
    }

    @Override
    public Optional<String> argument() {
        return Optional.of("FILE");
    }

    @Override
    public Options options() {
        return new Options();
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Path file = Path.of(line.getArgList().getFirst());
        try {
            OwnFiles.createFile(file);
            byte[] bytes = new byte[AccessKey.LENGTH];
            new SecureRandom().nextBytes(bytes);
            // Base58 of 32 bytes, whatever they stand for.
            Files.writeString(file, "# a key to come in with at services, private; its public half:\n# "
                    + publicHalf(bytes) + "\n" + new EncryptionKey(bytes) + "\n");
        } catch (FileAlreadyExistsException e) {
            // It is told below.
        } catch (NoSuchFileException e) {
            throw new UsageException(file + ": its folder is not there");
        }
        try {
            out.println(publicHalf(AccessKey.parse(TextFile.read(file, MAX_FILE_BYTES)).bytes()));
        } catch (IllegalArgumentException | TextFile.NotTextException e) {
            throw new UsageException(file + ": " + e.getMessage());
        }
        return DONE;
    }

    /** The private key times the base point, 9. */
    private static EncryptionKey publicHalf(byte[] bytes) throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance("X25519");
        KeyAgreement product = KeyAgreement.getInstance("X25519");
        product.init(keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, bytes)));
        product.doPhase(keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BigInteger.valueOf(9))),
                true);
        return new EncryptionKey(product.generateSecret());
    }
}
