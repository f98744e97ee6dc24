package org.cloakwork.launcher.commands;

import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.spi.runtime.OwnFiles;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/** {@code cloakwork key}: a key pair that a caller comes in with. */
public final class KeyCommand implements Command {

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
            EncryptionKeyPair pair = EncryptionKeyPair.ofPrivate(bytes);
            // Base58 of 32 bytes, whatever they stand for.
            Files.writeString(file, "# a key to come in with at services, private; its public half:\n# "
                    + pair.publicKey() + "\n" + new EncryptionKey(bytes) + "\n");
        } catch (FileAlreadyExistsException e) {
            // It is told below.
        } catch (NoSuchFileException e) {
            throw new UsageException(file + ": its folder is not there");
        }
        try {
            out.println(EncryptionKeyPair.ofPrivate(AccessKey.parse(Files.readString(file)).bytes()).publicKey());
        } catch (IllegalArgumentException e) {
            throw new UsageException(file + ": " + e.getMessage());
        }
        return DONE;
    }
}
