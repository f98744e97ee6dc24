@echo off
rem Starts Cloakwork from an unpacked distribution on Windows, as the script without an ending does elsewhere.
setlocal
for %%i in ("%~dp0..") do set "home=%%~fi"

rem What "cloakwork upgrade" has made ready; lines in parentheses are read before one of them replaces this file.
if not exist "%home%\upgrade\ready" goto settled
set /p when=<"%home%\upgrade\ready"
if "%when%"=="now" goto settle
for %%v in (run demo localnet) do if "%~1"=="%%v" goto settle
goto settled
:settle
>"%home%\upgrade\ready" echo now
(
    xcopy "%home%\upgrade\new" "%home%" /e /y /q /h /r /i >nul
    if errorlevel 1 goto unsettled
    rmdir /s /q "%home%\upgrade"
    "%home%\bin\cloakwork.cmd" %*
)
:unsettled
>&2 echo cloakwork: the upgrade in %home%\upgrade could not be put in place; is an instance running?
exit /b 1
:settled

rem Jars of older versions that this one has no more.
set "unretired="
if exist "%home%\lib\retired.txt" for /f "usebackq eol=# delims=" %%j in ("%home%\lib\retired.txt") do call :retire "%%j"
if defined unretired (
    >&2 echo cloakwork: %unretired% is of an older version and may not be there; remove it
    exit /b 1
)

set "java=%home%\runtime\bin\java.exe"
if exist "%java%" goto found
set "java=%JAVA_HOME%\bin\java.exe"
if defined JAVA_HOME if exist "%java%" goto found
for %%j in (java.exe) do set "java=%%~$PATH:j"
if defined java goto found
>&2 echo cloakwork: no JDK 21 or newer found: set JAVA_HOME to one, or install one (looked in JAVA_HOME and PATH)
exit /b 1
:found
rem The feature release, from the file beside bin\; without it the newest is assumed.
set "release=25"
for %%j in ("%java%") do for %%r in ("%%~dpj..\release") do if exist "%%~fr" call :release "%%~fr"
if %release% lss 21 (
    >&2 echo cloakwork: %java% is Java %release%: set JAVA_HOME to a JDK 21 or newer
    exit /b 1
)

rem The reasons for these are in the script without an ending.
set "nursery=16m"
set "heap=256"
if "%~1"=="demo" set "heap=512"
if "%~1"=="swap-test" set "heap=512"
if "%~1"=="simulate" set "heap=" & set "nursery=64m"
if defined CLOAKWORK_HEAP_MIB set "heap=%CLOAKWORK_HEAP_MIB%"
set "options=--enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmn%nursery% -XX:MetaspaceSize=64m"
if defined heap set "options=%options% -Xms48m -Xmx%heap%m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30 -XX:-ShrinkHeapInSteps"
if %release% geq 23 set "options=%options% --sun-misc-unsafe-memory-access=allow"
if defined CLOAKWORK_DEFAULT_STATE set options=%options% "-Dcloakwork.state=%CLOAKWORK_DEFAULT_STATE%"
"%java%" %options% %JAVA_OPTS% -cp "%home%\lib\*" org.cloakwork.launcher.Main %*
exit /b %errorlevel%

:release
for /f "usebackq tokens=2 delims==." %%v in (`findstr /b JAVA_VERSION= "%~1"`) do set "release=%%~v"
set "release=%release:"=%"
exit /b

:retire
set "jar=%~1"
set "jar=%home%\%jar:/=\%"
if not exist "%jar%" exit /b
move /y "%jar%" "%jar%.retired" >nul
if errorlevel 1 set "unretired=%jar%"
exit /b
