@echo off
rem Starts Cloakwork from an unpacked distribution on Windows, as the script without an ending does elsewhere.
setlocal EnableExtensions DisableDelayedExpansion
call :locate

rem java.exe knows the letters of the system's code page alone, and takes ";" for the end of a folder; short names have neither.
set "odd="
for /f "delims=abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:\/._-+,=@~#$&'(){}[]!^ " %%i in ("%home%") do set "odd=%%i"
if defined odd for %%i in ("%home%") do set "home=%%~fsi"
set "probe=%home%\"
if not "%probe:;=%"=="%probe%" goto unusable
rem The class loader takes "!/" for the end of a jar.
if "%probe:!\=%"=="%probe%" goto usable
:unusable
>&2 echo cloakwork: Java cannot start anything in "%home%": move it to a folder without ";" in its name, or "!" at the end
exit /b 1
:usable

rem What "cloakwork upgrade" has made ready; a line is read whole before it replaces this file.
if not exist "%home%\upgrade\ready" goto settled
set /p when=<"%home%\upgrade\ready"
if "%when%"=="now" goto settle
for %%v in (run demo localnet) do if "%~1"=="%%v" goto settle
goto settled
:settle
>"%home%\upgrade\ready" echo now
xcopy "%home%\upgrade\new" "%home%" /e /y /q /h /r /i >nul & if errorlevel 1 (goto unsettled) else rmdir /s /q "%home%\upgrade" & "%home%\bin\cloakwork.cmd" %*
:unsettled
>&2 echo cloakwork: the upgrade in "%home%\upgrade" could not be put in place; is an instance running?
exit /b 1
:settled

rem Jars of older versions that this one has no more.
set "unretired="
if exist "%home%\lib\retired.txt" for /f "usebackq eol=# delims=" %%j in ("%home%\lib\retired.txt") do call :retire "%%j"
if defined unretired (
    >&2 echo cloakwork: "%unretired%" is of an older version and may not be there; remove it
    exit /b 1
)

if "%~1"=="prepare" (
    >&2 echo cloakwork: prepare is for the other systems yet
    exit /b 2
)

set "java=%home%\runtime\bin\java.exe"
if exist "%java%" goto found
if not defined JAVA_HOME goto path
set "java=%JAVA_HOME:"=%\bin\java.exe"
if exist "%java%" goto found
:path
for %%j in (java.exe) do set "java=%%~$PATH:j"
if defined java goto found
>&2 echo cloakwork: no JDK 21 or newer found: set JAVA_HOME to one, or install one (looked in JAVA_HOME and PATH)
exit /b 1
:found
rem The feature release, from the file beside bin\; without it the newest is assumed.
set "release=25"
for %%j in ("%java%") do set "folder=%%~dpj"
set "file=%folder%..\release"
if exist "%file%" for /f "usebackq tokens=1,2 delims==." %%a in ("%file%") do if "%%a"=="JAVA_VERSION" set release=%%b
set "release=%release:"=%"
if %release% lss 21 (
    >&2 echo cloakwork: "%java%" is Java %release%: set JAVA_HOME to a JDK 21 or newer
    exit /b 1
)

rem The reasons for these are in the script without an ending.
set "nursery=16m"
set "heap=256"
if "%~1"=="demo" set "heap=512"
if "%~1"=="swap-test" set "heap=512"
if "%~1"=="lab" set "heap=768" & set "nursery=32m"
if "%~1"=="simulate" set "heap=" & set "nursery=64m"
if not defined CLOAKWORK_HEAP_MIB goto sized
set "heap=%CLOAKWORK_HEAP_MIB:"=%"
:zeros
if "%heap:~0,1%"=="0" set "heap=%heap:~1%" & goto zeros
for /f "delims=0123456789" %%h in ("%heap%") do set "heap=0"
if not defined heap set "heap=0"
if %heap% gtr 999999 set "heap=0"
if %heap% geq 96 goto sized
>&2 echo cloakwork: CLOAKWORK_HEAP_MIB: allowed is a whole number from 96, MiB of heap
exit /b 2
:sized
set "options=--enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmn%nursery% -XX:MetaspaceSize=64m"
if defined heap set "options=%options% -Xms48m -Xmx%heap%m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30 -XX:-ShrinkHeapInSteps"
if %release% geq 23 set "options=%options% --sun-misc-unsafe-memory-access=allow"
if not defined CLOAKWORK_DEFAULT_STATE goto start
set "state=%CLOAKWORK_DEFAULT_STATE:"=%"
rem A backslash before the quotation mark would be read with it.
if "%state:~-1%"=="\" set "state=%state%."
set options=%options% "-Dcloakwork.state=%state%"
:start
"%java%" %options% %JAVA_OPTS% -cp "%home%\lib\*" org.cloakwork.launcher.Main %*
exit /b %errorlevel%

:locate
rem Here %~dp0 is right also if the script was called by its name in quotation marks, from another folder.
for %%i in ("%~dp0..") do set "home=%%~fi"
exit /b

:retire
set "jar=%~1"
set "jar=%home%\%jar:/=\%"
if not exist "%jar%" exit /b
move /y "%jar%" "%jar%.retired" >nul
if errorlevel 1 set "unretired=%jar%"
exit /b
