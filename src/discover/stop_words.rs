//! Lists of stop words: the words of each language that only hold sentences together. What is done with them is in `stop`.
//!
//! Articles, pronouns, prepositions, conjunctions, auxiliary verbs, question words, particles: closed classes, which do not grow. No verbs,
//! nouns or adjectives with a meaning of their own, however common they are: those are what theories are made of. Why the lists are ours
//! stands in `docs/dependencies.md`. As people write them, also without accents where many leave these out; folded when they are read.
//!
//! To add a language, add its list; to add a word, ask whether a theory could hang on it. A word that is of this kind here and has a meaning
//! in English goes into [`HOMOGRAPHS`] too.

/// The twenty languages that most posts are in, with their lists. English is the first: `stop` counts on that.
pub(super) const LISTS: [&str; 20] = [
    ENGLISH, SPANISH, PORTUGUESE, FRENCH, GERMAN, ITALIAN, DUTCH, POLISH, TURKISH, INDONESIAN, VIETNAMESE,
    RUSSIAN, UKRAINIAN, ARABIC, PERSIAN, HINDI, KOREAN, JAPANESE, THAI, CHINESE,
];

/// What only social media has, in whatever language: how posts are passed on, and what is left of cut addresses and entities.
pub(super) const SOCIAL: &str =
    "a.m amp btw e.g fyi gt http https i.e icymi lt p.m pls plz quot rt tbh thx via vs www";

/// Words of the other lists that have a meaning of their own in English (`war`, `die`, `man`) or are names there (`los`, `eu`, `kim`).
pub(super) const HOMOGRAPHS: &str = "
ad ai al allen ate au ben bin car chi co come comment dan dc demi die dies dong door dos el elle em era eu
falls fast hat ho hun il kim la logo los mag mais mal man men met mia mon net ono op pas pour pro pure sa
sea sean sen si sin size sobre solo son state sue sur tale tel ten tha ti toi ton tout tue um un van ve vi
want war word";

const ENGLISH: &str = "
a about above across after again against ain't all almost along already also although always am among an and
another any anybody anyone anything anyway are aren't around as at be became because become been before
behind being below beneath beside besides between beyond both but by can can't cannot could couldn't despite
did didn't do does doesn't doing don't done down during each either else ever every everybody everyone
everything except few for from further get gets getting go goes going gonna gotta got had hadn't has hasn't
have haven't having he he'd he'll he's hence her here here's hers herself him himself his how how's however
i i'd i'll i'm i've if in indeed inside instead into is isn't it it'd it'll it's its itself just least less
let let's like many may maybe me might more most much must mustn't my myself near neither never no nobody
none nor not nothing now of off often oh ok okay on once one only onto or other others ought our ours
ourselves out over own per perhaps quite rather really same shall shan't she she'd she'll she's should
shouldn't since so some somebody someone something somewhere still such than that that'll that's the their
theirs them themselves then there there's therefore these they they'd they'll they're they've this those
though through throughout thus till to together too toward towards under unless until up upon us very via
wanna was wasn't we we'd we'll we're we've well were weren't what what's whatever when when's whenever where
where's whereas wherever whether which whichever while who who'd who'll who's whoever whom whose why why's
will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself
yourselves y'all ya yeah isnt arent wasnt werent dont doesnt didnt cant couldnt wont wouldnt shouldnt havent
hasnt hadnt aint im ive youre youve theyre theyve thats whats theres hes shes u ur";

const SPANISH: &str = "
a acá además ahí ahora al algo alguien algún alguna algunas alguno algunos allá allí ambos ante antes apenas
aquel aquella aquellas aquello aquellos aquí así aún aunque bajo bastante bien cada casi como cómo con
contra cual cuál cuales cualquier cualquiera cuando cuándo cuánto cuanto cuya cuyo de debajo del demás
demasiado desde después donde dónde durante e el él ella ellas ello ellos en encima entonces entre era eran
eras eres es esa esas ese eso esos esta está estaba estaban estado estamos están estar estas estás este esto
estos estoy fue fuera fueron fui ha había habían haber habrá hace hacia han has hasta hay he hemos incluso
jamás junto la las le les lo los luego más mas me mediante menos mi mí mía mientras mío mis mucha muchas
mucho muchos muy nada nadie ni ningún ninguna ninguno no nos nosotras nosotros nuestra nuestras nuestro
nuestros nunca o os otra otras otro otros para pero poca poco pocos por porque pues que qué quien quién
quienes sea sean según ser será serán sería si sí sido siempre siendo sin sino sobre sois sola solamente
solo sólo somos son soy su sus suya suyo también tan tampoco tanta tanto te tendrá tenemos tener tengo ti
tiene tienen toda todas todavía todo todos tras tu tú tus tuve tuvo tuya tuyo u un una unas uno unos usted
ustedes va vamos van voy y ya yo tambien estan aqui asi ahi despues q xq pq se hubo hubiera haya habría
tenía tenían tuvieron estuvo esté estén tenga fuese vosotros vuestra";

const PORTUGUESE: &str = "
a à ao aos aquela aquelas aquele aqueles aquilo as às ainda algo alguém algum alguma algumas alguns além
antes apenas após aqui até bem cada com como contra da das de dela delas dele deles demais depois desde
dessa dessas desse desses desta deste disso disto do dos durante e é ela elas ele eles em embora enquanto
entre era eram essa essas esse esses esta está estamos estão estar estas estava estavam este esteja estes
estou eu foi fomos for fora foram fosse há isso isto já la lá lhe lhes lo logo mais mas me mesma mesmas
mesmo mesmos meu meus mim minha minhas muita muitas muito muitos na não nas nem nenhum nenhuma nessa nesse
nesta neste ninguém no nos nós nossa nossas nosso nossos num numa nunca o onde os ou outra outras outro
outros para pela pelas pelo pelos perante pois por porém porque pouca pouco poucos pra pro qual quais
qualquer quando quanto quantos que quê quem se seja sejam sem sempre sendo ser será serão seria seu seus si
sido só sob sobre sou sua suas também tampouco tanto te tem têm temos tenha tenho ter teu teus teve ti tinha
tinham tive toda todas todavia todo todos tu tua tuas tudo um uma umas uns vai vamos vão você vocês vos vou
nao voce voces tambem ja ate so q vc vcs pq tb tbm são seriam terá terão houve tivesse tenham estive fui
teria fazer faz";

const FRENCH: &str = "
a à afin ai ainsi alors après as assez au aucun aucune aujourd'hui auquel aussi autant autour autre autres
aux avaient avais avait avant avec avez avoir avons ayant beaucoup bien ça car ce ceci cela celle celles
celui cependant certains ces cet cette ceux chaque chez ci combien comme comment contre d dans de déjà
depuis derrière des dès desquelles desquels devant donc dont du durant elle elles en encore enfin ensuite
entre envers es est et étaient étais était été étant être eu eux fait faut fois font furent fut grâce hormis
hors ici il ils j je jusqu jusque l la là laquelle le lequel les lesquelles lesquels leur leurs lors lorsque
lui m ma mais malgré me même mêmes mes moi moins mon n ne ni non nos notre nous on ont or ou où oui outre
par parce parmi pas pendant peu peut peuvent plus plusieurs plutôt pour pourquoi pourtant près puis puisque
qu quand que quel quelle quelles quelque quelques quels qui quoi s sa sans sauf se selon sera seront ses si
sinon soi soit sommes son sont sous souvent suis sur t ta tandis tant te tel telle telles tels tes toi ton
tous tout toute toutes très trop tu un une va vers voici voilà vos votre vous vu y
ca etait etre meme tres deja serait seraient aura auront aurait ait aie êtes
étiez étés sois soient eut fût fus avions c quelqu'un";

const GERMAN: &str = "
ab aber alle allein allem allen aller alles allerdings als also am an andere anderem anderen anderer anderes
auch auf aus außer bei beide beiden beim bereits bevor bin bis bist bisher bzw da dabei dadurch dafür
dagegen daher damals damit danach daneben dann daran darauf daraus darf darin darüber darum darunter das
dass daß davon davor dazu dein deine deinem deinen deiner dem den denen denn dennoch der deren derer des
deshalb dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch dürfen eben ebenfalls
ein eine einem einen einer eines einige einigen einiger einmal er es etwa etwas euch euer eure falls fast
für ganz gar gegen gegenüber gewesen gibt habe haben hab hat hatte hatten hätte hätten hier hin hinter ich
ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem ins irgendwie ist ja jede jedem jeden jeder jedes
jedoch jemand jene jenen jener jetzt kann kannst kaum kein keine keinem keinen keiner können konnte könnte
konnten machen macht mal man manche manchen mein meine meinem meinen meiner mehr mich mir mit möchte mögen
muss müssen musste nach nachdem neben nein nicht nichts nie niemand noch nun nur ob oben oder oft ohne schon
sehr seid sein seine seinem seinen seiner seit selbst sich sie sind so sobald sogar solche solchen solcher
soll sollen sollte sollten sondern sonst soweit sowie trotz über um und uns unser unsere unserem unseren
unserer unter vom von vor wäre während wann war waren warum was weder weg wegen weil weiter welche welchem
welchen welcher welches wem wen wenig wenn wer werde werden wessen wie wieder will wir wird wirklich wo wohl
wollen wollte worden wurde wurden würde würden zu zum zur zwar zwischen fuer ueber koennen viel viele vielen
meines seines ihres deines keines jenem jenes manchem manches solches wirst derselbe dieselbe dasselbe";

const ITALIAN: &str = "
a abbia abbiamo abbiano ad agli ai al alcuna alcune alcuni alcuno all alla alle allo allora altra altre
altri altro anche ancora appena aveva avevano avete avere avuto ben bene c che chi chiunque ci ciò cioè
cioe col come comunque con contro cosa così cui d da dagli dai dal dall dalla dalle dallo davanti degli dei
del dell della delle dello dentro di dietro dopo dove dunque durante e è ed egli era erano eri ero essa esse
essere essi fa fino fra fu furono già gli ha hai hanno ho i il in infatti insieme intanto invece io l la là
le lei li lì lo loro lui ma mai me meno mentre mi mia mie miei mio molta molte molti molto ne né negli nei
nel nell nella nelle nello nemmeno neppure nessun nessuna nessuno niente noi non nostra nostre nostri nostro
nulla o od ogni ognuno oltre oppure ora per perché perciò però più piu poco poi poiché pure qual quale quali
qualche qualcosa qualcuno quando quanta quanto quasi quei quegli quel quell quella quelle quelli quello
questa queste questi questo qui quindi sarà saranno sarebbe se sé sei sempre senza si sì sia siamo siano
siete solo sono sopra sotto sta stai stanno stata state stati stato stesso sto su sua sue sugli sui sul sull
sulla sulle suo suoi tale tali tanto te ti tra tranne troppo tu tua tue tuo tuoi tutta tutte tutti tutto un
una uno va vi voi vostra vostre vostri vostro perche cosi stava stavano stando essendo avendo fosse fossero
sarebbero avrebbe fanno faccio fai sullo agl sugl dov dov'è";

const DUTCH: &str = "
aan achter af al alle alleen alles als altijd ander andere anders behalve ben beneden bent bij bijna binnen
boven buiten daar daarna daarom dan dat de der deze die dit doch doen doet door dus echter een één eens
eigenlijk elk elke en enige er erg ergens etc geen geweest haar had hadden hebben hebt heb heeft heel hem
hen het hier hij hoe hun iedere iedereen iemand iets ik in is ja jij je jou jouw jullie kan kon konden
kunnen langs maar mag me meer men met mij mijn misschien moest moet moeten mogen na naar naast nee net
niemand niet niets nog nooit nu of om omdat onder ons onze ook op over per reeds sinds sommige soms steeds
te tegen ten tenzij terwijl ter tijdens toch toen tot totdat tussen u uit uw van vanaf veel veelal vele via
volgens voor vooral waar waarom wanneer want waren was wat we wegens weinig wel welk welke werd werden wie
wij wil wilde word worden wordt zal ze zeer zei zelf zich zij zijn zo zoals zonder zou zouden zowel zulke
m'n z'n ge";

const POLISH: &str = "
a aby ach aż albo ale ależ ani bardzo bez bo bowiem by być był była było były będą będzie chce choć chyba ci
cię co coś czasem czego czemu czy czyli dla dlaczego dlatego do dopiero dość dzięki gdy gdyby gdyż gdzie go
i ich ile im inna inne inny innych iż ja jak jakaś jakby jaki jakie jakiś jako jakoś je jeden jedna jednak
jednym jego jej jemu jest jestem jesteś jeszcze jeśli jeżeli już każda każde każdy kiedy kilka kto ktoś
która które którego której który których którym którzy ku lecz lub ma mają mam mamy mi mimo między mnie mną
może można mój moja moje mu musi my na nad nam nami nas nasi nasz nasza nasze natomiast nawet nic nich nie
niech niego niej nigdy nim nimi niż no o obok od około on ona one oni ono oraz po pod podczas pomimo ponad
ponieważ poza prawie przeciw przecież przed przede przez przy raz razem również są się skąd sobą sobie swoje
swój ta tak taka taki takie także tam te tego tej temu ten teraz też to tobie tobą toteż tu twoja twoje twój
ty tych tylko tym u w was wam wami wasz we według wiele wielu więc wszyscy wszystkich wszystkie wszystko
wtedy wy z za zanim zapewne zawsze ze znów że żaden żadna żadne żeby sie sa juz tez byc zeby ją tę tutaj
trzeba zaś oto więcej właśnie mogą został została zostało wszystkim swoich naszego coraz dziś bym mogę byli";

const TURKISH: &str = "
acaba ama ancak artık asla aslında az bana başka bazen bazı belki ben benden beni benim beri bile bir biraz
birçok biri birkaç birşey biz bizden bize bizi bizim böyle bu buna bunda bundan bunlar bunları bunların bunu
bunun burada çok çünkü da daha dahi de defa değil diğer diye dolayı dolayısıyla eğer en fakat falan gibi
göre hala hangi hani hatta hem henüz hep hepsi her herkes hiç hiçbir için ile ise işte kadar karşı kendi
kendine kendini kez ki kim kime kimi kimin kimse lakin madem mi mı mu mü nasıl ne neden nedenle nerde nerede
nereye neyse niçin niye o olan olarak oldu olduğu olduğunu olması olmak olmaz olsa olsun olup olur olursa on
ona ondan onlar onlara onları onların onu onun orada oysa öyle pek rağmen sadece sana sanki sen senden seni
senin siz sizden size sizi sizin sonra şayet şey şimdi şöyle şu şuna şunu tabii tarafından tüm üzere var ve
veya veyahut ya yada yalnız yani yerine yine yok yoksa zaten degil cok icin nasil simdi";

const INDONESIAN: &str = "
ada adalah adapun agak agar akan aku anda antara apa apakah apabila atas atau bagai bagaimana bagi bahkan
bahwa banyak beberapa begini begitu belum berapa bila bisa boleh bukan cuma dalam dan dapat dari daripada
dengan di dia demi demikian engkau hal hanya harus hingga ia ialah ini itu jadi jangan jika juga kah kalau
kalian kami kamu kan karena ke kemudian kenapa kepada ketika kita koq lagi lah lain lalu maka malah masih
mau melainkan mengapa mereka meski meskipun mungkin namun nah nanti nya oleh pada padahal para per pernah
pula pun saat saja sambil sampai sangat saya sebab sebagai sebelum sebuah secara sedang sehingga sejak
selain selalu selama seluruh semua seorang seperti sering serta sesuatu setelah setiap siapa sini situ suatu
sudah supaya tak tanpa tapi telah tentang terhadap termasuk tetapi tiap tidak untuk walau walaupun yaitu
yakni yang yg gak ga nggak enggak aja dgn utk tdk jg sdh krn dg kok sih deh dong udah gue gw lo lu nih tuh
kalo sama ya";

const VIETNAMESE: &str = "
ai anh bạn bởi bị các cái càng cần cả chỉ chị chính cho chưa chúng chứ có còn cô của cùng cũng cứ do dù đã
đang đâu đây để đến đều đi đó được em gì giờ hay hãy hết họ hơn khi không kia là lại làm lên lúc mà mấy mình
mỗi mọi một muốn nào này nên nếu nó nơi nữa ở ông phải qua ra rằng rất rồi sao sau sẽ sự ta tại theo thế thì
tôi trên trong trước từ tuy và vẫn vào vậy vì việc với vừa xuống ơi nhé à ạ nhỉ thôi ko dc đc vs";

const RUSSIAN: &str = "
а без бы был была были было быть в вам вами вас ваш ваша ваше ваши весь во вот все всё всегда всего всей
всем всех всю вы где да даже для до другой его ее её ей ему если есть еще ещё же за зачем здесь и из или им
ими иногда их к как какая какие какой когда которая которого которое которой которую которые который которых
кто куда ли либо лишь между меня мне много мной мог могут может можно мой моя мои моё мы на над надо нам
нами нас наш наша наше наши не него нее неё ней нельзя нем нём несколько нет ни нибудь никогда никто ним них
ничего но ну о об обо однако около он она они оно от очень перед по под пока после потом потому почему почти
при про просто раз разве с сам сама сами самый свое своё своего своей свои своих свой свою себе себя сейчас
со совсем так такая также такие таким такой там тебе тебя тем теперь то тобой тогда того тоже той только том
тому тот ту тут ты у уж уже хоть хотя чего чей чем через что чтоб чтобы чуть эта эти этим этих это этого
этой этом этому этот эту я более больше будто ведь будет опять конечно лучше один ж";

const UKRAINIAN: &str = "
а або авжеж адже але б без би був була були було бути в вам вами вас ваш ваша ваше ваші весь вже ви від він
вона вони воно все всі всіх втім да для до його йому є ж за завжди зараз з зі й її їй їм їх їхній і із
інколи інший інша інші коли кожен крім куди лише ледве мало майже мене мені між мій моя моє мої ми може
можна на навіть навколо над нам нами нас наш наша наше наші не неї ним ними них ні ніби ніколи ніхто нічого
ну о однак от отже отож під після по поза при про проте перед та так така такий такі також там те тебе теж
ти тим тих тільки то тобі тобто того той тому тощо тут у усі хіба хоч хоча хто це цей ця ці цього цьому цим
цих через чи чим чого чому ще щоб що щось я як яка який які яким яких якої якщо більш дещо замість інших
всередині давай";

const ARABIC: &str = "
إذا إذ إذن ألا إلا التي الذي الذين اللاتي اللذان إلى إليه إليها إما أما أمام أن أنا أنت أنتم إن إنما إنه
إنها أنه أنها أو أولئك أي أيضا أين بعد بعض بل بلا بما بن به بها بهذا بين بينما تحت تلك تم ثم جدا حتى حول حيث
حين خلال دون ذا ذات ذلك ذو سوف سوى شيء ضد على عليه عليها عليهم عن عند عندما عنه عنها غير فقط فهو فهي في فيما
فيه فيها قبل قد كان كانت كانوا كل كلا كم كما كن كي كيف لا لأن لأنه لدى لدي لذلك لقد لك لكل لكم لكن لكي لم
لماذا لن لنا له لها لهذا لهم لو لولا لي ليس ليست ليت ما ماذا متى مثل مع معه معها من منذ منه منها منهم مهما
نحن نعم نفس هؤلاء هذا هذه هل هم هما هن هنا هناك هو هي وأن وإن وقد وكان وفي ولا ولم ولكن وما ومن وهذا وهو وهي
يا يكون يوجد اللي مش شو ليش علشان عشان احنا انتو كده دي ده";

const PERSIAN: &str = "
آن آنان آنجا آنها آنچه آیا از است اش اگر اما ام اند او ای ایم این اینجا اینکه اینها با باز باید بر برای بعد
بعضی بلکه بنابراین به بود بودم بودن بودند بوده بی بین پس پیش تا تر ترین تو جز چرا چگونه چنان چند چنین چه چون
چی چیزی حتی خواهد خواهند خود خودش خیلی داد دارد دارم دارند داریم داشت داشته در درباره دیگر را روی زیر سپس
سوی شاید شد شدن شدند شده شما شود شوند طور فقط کرد کردم کردن کردند کرده کسی کنار کند کنم کنند کنید که کی ما
مانند مثل مگر من می می‌شود می‌کند می‌کنند ندارد نمی نه نیز نیست هر هست هستم هستند هستید هم همان همه همین
هنوز هیچ و ولی وقتی یا یعنی یک یکی رو تون مون هاي های ها";

const HINDI: &str = "
अंदर अगर अथवा अपना अपनी अपने अब अभी आदि आप आपका आपकी आपके इतना इन इनका इनके इन्हें इस इसका इसकी इसके इसलिए
इसमें इसी इसे उन उनका उनकी उनके उनको उन्हें उन्होंने उस उसका उसकी उसके उसी उसे एक एवं ऐसा ऐसी ऐसे ओर और कई
कब कभी कर करके करता करती करते करना करने करें कहाँ कहां का काफी कि कितना कितने किया किस किसी किसे की कुछ
कृपया के केवल को कोई कौन क्या क्यों क्योंकि गई गए गया जब जहाँ जहां जा जाता जाती जाते जाना जितना जिन जिस जिसे
जिसके जैसा जैसे जो तक तब तरह तुम तुम्हें तू तो था थी थीं थे दिया दी दे दो द्वारा न नहीं ना ने पर परंतु पहले
पास पे फिर बहुत बाद बारे बिना बल्कि भी मगर मत मुझे में मेरा मेरी मेरे मैं मैंने यदि यह यहाँ यहां यही या ये
रहा रही रहे लिए लिये ले लेकिन व वह वहाँ वहां वही वाला वाली वाले वे वो सकता सकती सकते सब सबसे सभी साथ से सो
हम हमारा हमारी हमारे हमें ही हुआ हुई हुए हूँ हूं है हैं हो होगा होगी होता होती होते होना होने hai hain nahi
nahin kya kyu kyun bhi aur ke ki ka ko se mein hum ye woh yeh tha thi koi kuch";

const KOREAN: &str = "
가 같은 같이 거 것 것은 것을 것이 게 겨우 결국 과 그 그것 그냥 그녀 그는 그들 그런 그런데 그래서 그러나 그러면 그렇게 그리고 근데 나 나는 내 내가 너 너는 너무 네 누가 누구 는 다
다른 다시 대한 대해 더 더욱 도 되는 된 두 된다 들 등 등의 따라 따라서 때 때문에 또 또는 또한 로 를 만 많은 많이 매우 모두 모든 못 무엇 뭐 및 바로 보다 부터 수 수도 아 아니
아니라 아주 안 않고 않는 않은 어느 어디 어떤 어떻게 언제 얼마나 에 에게 에서 여기 여러 역시 오직 와 왜 우리 우리가 우리는 위해 으로 은 을 의 이 이것 이것은 이것이 이는 이런 이렇게
이미 이제 일부 있고 있는 있다 있습니다 있을 있어 있었다 있으며 없는 없다 없이 자기 저 저는 저기 전혀 정말 제 제가 조금 좀 지금 진짜 처럼 하고 하는 하는데 하지만 하지 한 한다 할 함께
합니다 해 해서 했다 했습니다 혹은 ㅜㅜ";

const JAPANESE: &str = "
あそこ あっ あの あなた あまり あり ある あれ い いう いい いた いっ いつ いて いない いる う うち え お および おり か かつて かも かもしれ から が き く くる くれ けど けれど こう
ここ こそ こちら こと この これ これら ご さ さえ さらに さん し しか しかし した して しない しまう じゃ す すぐ すべて する ず せ せい せる そう そこ そして その そのまま それ
それぞれ それで たち ただし たっ たり たい ため だ だけ だっ だって だった だろう ちゃん つ つい つもり て てる で でき できる でし でした でしょう です では でも と という ということ
といった とか とき ところ とっ とても とともに とも どう どこ どの どれ な ない なお なかっ なく なけれ なし なぜ なっ など なに なら なり なる なん なんて に において における について
にて によって により による に対して に対する に関する の ので のに のみ は ば ばかり へ べき ほう ほか ほど ほとんど ま まし ました ます ませ ません また まだ まで まま まる み みたい
も もう もし もっと もの や やっ やはり よ よう ような ように より ら らしい られ られる る れ れる わ わけ を ん 何 時 者 的 中 上 方 私 僕 俺 君 彼 彼女 我々 私達 等 様 特に
その他 その後 及び 又は た または ながら ものの だれ として あります おります います";

const THAI: &str = "
กว่า กับ กัน การ กำลัง ก็ ก่อน ขณะ ของ ขึ้น คง ครับ คะ ค่ะ คือ ความ คุณ จะ จน จาก จึง ฉัน ช่วง ซึ่ง ด้วย ดัง
ดังนั้น ได้ ตน ตัว ตั้งแต่ ตาม ต่อ ต่าง ต่างๆ ต้อง แต่ ถ้า ถึง ถูก ทั้ง ทั้งนี้ ทาง ที่ ที่สุด ทุก ทำ ทำให้
เธอ นอกจาก นะ นั้น นั่น นี้ นี่ ใน บาง บน แบบ ประมาณ ไป ผม ผ่าน เพราะ เพียง เพื่อ พวก พร้อม มัน มา มาก
มากกว่า มี เมื่อ แม้ ไม่ ไม่ได้ ยัง ยิ่ง เรา เลย ระหว่าง แล้ว และ ล่ะ ลง ว่า ส่วน สำหรับ สิ หนึ่ง หรือ หลัง
หลังจาก หลาย หาก ให้ อย่าง อยู่ ออก อะไร อัน อาจ อีก เอา เอง เขา เข้า เคย เช่น เดียว เดียวกัน เนื่องจาก เป็น
แค่ แก แห่ง โดย ไว้ ไหน ไหม ใคร รวม อยาก เห็น เริ่ม แรก ครั้ง";

const CHINESE: &str = "
一 一个 一些 一样 一直 一起 不 不会 不但 不再 不同 不能 不要 不过 不是 与 且 两 个 为 为了 为什么 之 之前 之后 之间 也 也是 也许 了 于 于是 些 人们 什么 仅 今 从 他 他们 他的
以 以及 以后 以前 们 任何 会 但 但是 何 你 你们 你的 使 便 倘若 像 再 况且 几 几乎 则 到 别 却 又 及 及其 只 只是 只有 只能 可 可以 可是 可能 各 各种 同 同时 后 吗 吧 向 呀
呢 和 咱们 哪 哪个 哪些 哪里 哦 啊 啦 因 因为 因此 在 地 多 多少 大家 太 她 她们 她的 好 如 如何 如果 它 它们 对 对于 将 将要 尽管 就 就是 岂 已 已经 并 并且 应 应该 很 得
怎 怎么 怎样 您 想 我 我们 我的 或 或者 所 所以 所有 才 把 按 按照 无 无论 既 既然 时 时候 是 是否 更 曾 曾经 最 有 有些 有的 本 来 某 正 正在 此 每 每个 比 没 没有 然后
然而 由 由于 的 的话 直到 真的 着 知道 第 等 等等 给 而 而且 能 能够 自 自己 若 虽 虽然 被 要 让 许多 该 说 谁 起 起来 跟 较 还 还是 还有 这 这个 这些 这样 这里 这种 连 通过
过 那 那个 那么 那些 那样 那里 都 里 除了 随着 非常 上 下 中 没什么 為 個 們 這 這個 會 沒 沒有 還 對 來 說 與 從 過 後 嗎 麼 什麼 為什麼 怎麼 時 讓 給 誰 應該 這樣 這些
那個 已經 因為 我們 你們 他們 她們 不會 雖然 關於 关于";
