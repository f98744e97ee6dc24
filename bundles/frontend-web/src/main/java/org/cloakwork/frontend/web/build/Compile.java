package org.cloakwork.frontend.web.build;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.cloakwork.frontend.web.emulation.Substitutions;
import org.teavm.diagnostics.DefaultProblemTextConsumer;
import org.teavm.diagnostics.Problem;
import org.teavm.tooling.ConsoleTeaVMToolLog;
import org.teavm.tooling.TeaVMTargetType;
import org.teavm.tooling.TeaVMTool;
import org.teavm.vm.TeaVMOptimizationLevel;

/**
 * Compiles a module to WebAssembly with TeaVM, unless it was compiled from the same classes before. Not TeaVM's Maven
 * plugin: that has TeaVM's class library before the classes of a project, so that none of it could be replaced.
 */
public final class Compile {

    private Compile() {
    }

    /**
     * @param args folder and name of the module, {@code SIMPLE} or {@code FULL}, the class with what it exports, and
     *             files that it carries, each in a section of the file's name
     * @throws Exception what TeaVM throws, or if it has found a fault
     */
    public static void main(String[] args) throws Exception {
        Path module = Path.of(args[0], args[1]);
        Path note = Path.of(args[0], args[1] + ".of");
        List<Path> classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of).filter(Files::exists).toList();
        if (Files.exists(module) && Files.exists(note)) {
            List<String> before = Files.readAllLines(note);
            List<String> classes = before.subList(1, before.size());
            if (before.getFirst().equals(digest(args, classPath, classes))) {
                return;
            }
        }
        List<String> classes = compile(args, classPath);
        List<String> lines = new ArrayList<>(classes);
        lines.addFirst(digest(args, classPath, classes));
        Files.write(note, lines);
    }

    /** {@return the classes that became part of it} */
    private static List<String> compile(String[] args, List<Path> classPath) throws Exception {
        TeaVMTool tool = new TeaVMTool();
        tool.setTargetType(TeaVMTargetType.WEBASSEMBLY_GC);
        tool.setMainClass(args[3]);
        tool.setTargetDirectory(new File(args[0]));
        tool.setTargetFileName(args[1]);
        // ADVANCED has emitted modules that are not valid.
        tool.setOptimizationLevel(TeaVMOptimizationLevel.valueOf(args[2]));
        tool.setObfuscated(true);
        // Without it a bad index or cast is a trap that no catch sees.
        tool.setStrict(true);
        tool.setClassPath(classPath.stream().map(Path::toFile).toList());
        tool.setClassLoader(Compile.class.getClassLoader());
        tool.setLog(new ConsoleTeaVMToolLog(false));
        tool.generate();
        for (Path file : carried(args)) {
            append(Path.of(args[0], args[1]), file);
        }
        for (Problem problem : tool.getProblemProvider().getProblems()) {
            DefaultProblemTextConsumer text = new DefaultProblemTextConsumer();
            problem.render(text);
            System.err.println(problem.getSeverity() + ": " + text.getText().trim() + (problem.getLocation() == null
                    || problem.getLocation().getMethod() == null ? "" : ", in " + problem.getLocation().getMethod()));
        }
        if (!tool.getProblemProvider().getSevereProblems().isEmpty()) {
            throw new IllegalStateException("the client cannot be compiled to WebAssembly");
        }
        return tool.getClasses().stream().sorted().toList();
    }

    private static List<Path> carried(String[] args) {
        return Arrays.stream(args).skip(4).map(Path::of).toList();
    }

    /** A custom section of the format, 5.5.3 of WebAssembly 3.0: runtimes hand its bytes out and look into none. */
    private static void append(Path module, Path file) throws IOException {
        byte[] name = file.getFileName().toString().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        writeNumber(content, name.length);
        content.write(name);
        content.write(Files.readAllBytes(file));
        ByteArrayOutputStream section = new ByteArrayOutputStream();
        section.write(0);
        writeNumber(section, content.size());
        content.writeTo(section);
        Files.write(module, section.toByteArray(), StandardOpenOption.APPEND);
    }

    private static void writeNumber(ByteArrayOutputStream out, int number) {
        int rest = number;
        for (; rest >= 0x80; rest >>>= 7) {
            out.write(rest | 0x80);
        }
        out.write(rest);
    }

    /**
     * Of all that decides what is compiled: what is reachable changes only if something does that was. Whether classes
     * lie in a folder or in a jar makes no difference.
     */
    private static String digest(String[] args, List<Path> classPath, List<String> classes)
            throws IOException, GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(String.join(" ", args[2], args[3]).getBytes(StandardCharsets.UTF_8));
        for (Path entry : classPath) {
            String name = entry.getFileName().toString();
            if (name.startsWith("teavm-")) {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
            }
        }
        for (Path file : carried(args)) {
            digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
            digest.update(Files.readAllBytes(file));
        }
        ClassLoader loader = Compile.class.getClassLoader();
        for (String name : classes) {
            if (!name.startsWith("java")) {
                update(digest, loader, name);
            }
            update(digest, loader, Substitutions.HERE + name);
        }
        update(digest, loader, Compile.class.getName());
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, ClassLoader loader, String name) throws IOException {
        try (InputStream in = loader.getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in != null) {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(in.readAllBytes());
            }
        }
    }
}
