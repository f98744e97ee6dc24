package org.cloakwork.frontend.web.build;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import org.cloakwork.frontend.web.WebClient;
import org.teavm.diagnostics.DefaultProblemTextConsumer;
import org.teavm.diagnostics.Problem;
import org.teavm.tooling.ConsoleTeaVMToolLog;
import org.teavm.tooling.TeaVMTargetType;
import org.teavm.tooling.TeaVMTool;
import org.teavm.vm.TeaVMOptimizationLevel;

/**
 * Compiles the client to WebAssembly with TeaVM. Not its Maven plugin: that has TeaVM's class library before the classes
 * of a project, so that none of it could be replaced.
 */
public final class Compile {

    private Compile() {
    }

    /**
     * @param args folder and name of the module, and {@code SIMPLE} or {@code FULL}
     * @throws Exception what TeaVM throws
     */
    public static void main(String[] args) throws Exception {
        TeaVMTool tool = new TeaVMTool();
        tool.setTargetType(TeaVMTargetType.WEBASSEMBLY_GC);
        tool.setMainClass(WebClient.class.getName());
        tool.setTargetDirectory(new File(args[0]));
        tool.setTargetFileName(args[1]);
        // ADVANCED has emitted modules that are not valid.
        tool.setOptimizationLevel(TeaVMOptimizationLevel.valueOf(args[2]));
        tool.setObfuscated(true);
        // Without it a bad index or cast is a trap that no catch sees.
        tool.setStrict(true);
        tool.setClassPath(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).map(File::new)
                .toList());
        tool.setClassLoader(Compile.class.getClassLoader());
        tool.setLog(new ConsoleTeaVMToolLog(false));
        tool.generate();
        List<Problem> problems = tool.getProblemProvider().getProblems();
        for (Problem problem : problems) {
            DefaultProblemTextConsumer text = new DefaultProblemTextConsumer();
            problem.render(text);
            System.err.println(problem.getSeverity() + ": " + text.getText().trim() + (problem.getLocation() == null
                    || problem.getLocation().getMethod() == null ? "" : ", in " + problem.getLocation().getMethod()));
        }
        if (!tool.getProblemProvider().getSevereProblems().isEmpty()) {
            System.exit(1);
        }
    }
}
